package dev.waxwing.ca.enrollment;

import dev.waxwing.ca.audit.AuditEvent;
import dev.waxwing.ca.audit.AuditTrail;
import dev.waxwing.ca.authority.CertificateAuthority;
import dev.waxwing.ca.enrollment.BoundIssuance.Turn;
import dev.waxwing.ca.enrollment.EnrollmentResult.Enrolled;
import dev.waxwing.ca.enrollment.EnrollmentResult.Reason;
import dev.waxwing.ca.enrollment.EnrollmentResult.Refused;
import dev.waxwing.ca.enrollment.ReadmissionEntry.State;
import dev.waxwing.ca.inventory.CertificateEntry;
import dev.waxwing.ca.inventory.CertificateRole;
import dev.waxwing.ca.inventory.CertificateStatus;
import dev.waxwing.ca.inventory.Inventory;
import dev.waxwing.ca.inventory.SerialNumber;
import dev.waxwing.ca.issuance.CertificateOrder;
import dev.waxwing.ca.issuance.CertificateRequest;
import dev.waxwing.ca.issuance.FormerDevices;
import dev.waxwing.ca.issuance.Issuance;
import dev.waxwing.ca.issuance.Profile;
import dev.waxwing.ca.issuance.Profiles;
import dev.waxwing.ca.issuance.RequestCheck;
import dev.waxwing.trust.PeerName;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Lets a device back in whose certificate has ended, once and with the key that it has, if an administrator allows exactly that
 * (docs/protocol.md, section 16.4). Any thread may call.
 */
public final class Readmissions {

    /** How long an allowance lasts unless its maker says otherwise. */
    public static final Duration DEFAULT_LIFETIME = Duration.ofDays(7);

    private static final Duration SHORTEST = Duration.ofMinutes(1);
    private static final Duration LONGEST = Duration.ofDays(30);

    private final ReadmissionRepository repository;
    private final CertificateAuthority authority;
    private final SuccessorValidity validity;
    private final BoundIssuance certificates;
    private final Profiles profiles;
    private final Inventory inventory;
    private final FormerDevices formerDevices;
    private final AuditTrail audit;
    private final TransactionTemplate transactions;
    private final Clock clock;
    private final SecureRandom random;

    /** Readmission by this authority. */
    public Readmissions(
            JdbcClient jdbc,
            CertificateAuthority authority,
            Issuance issuance,
            Profiles profiles,
            Inventory inventory,
            FormerDevices formerDevices,
            AuditTrail audit,
            TransactionTemplate transactions,
            Clock clock,
            SecureRandom random) {
        this.repository = new ReadmissionRepository(jdbc, clock);
        this.authority = authority;
        this.validity = new SuccessorValidity(authority);
        this.certificates = new BoundIssuance(inventory, issuance, clock);
        this.profiles = profiles;
        this.inventory = inventory;
        this.formerDevices = formerDevices;
        this.audit = audit;
        this.transactions = transactions;
        this.clock = clock;
        this.random = random;
    }

    /**
     * Lets a device back in. An allowance that is open for the name ends with that.
     *
     * @param name the device
     * @param predecessor the certificate whose key may come back
     * @param lifetime how long it may, 1 minute to 30 days
     * @param actor who allows it
     */
    public ReadmissionResult allow(String name, SerialNumber predecessor, Duration lifetime, String actor) {
        if (lifetime.compareTo(SHORTEST) < 0 || lifetime.compareTo(LONGEST) > 0) {
            String fault = "A device is let back in for 1 minute (PT1M) to 30 days (P30D).";
            return new ReadmissionResult.Invalid(fault, refuse(name, actor, fault));
        }
        for (int turn = 0; turn < BoundIssuance.MAX_TURNS; turn++) {
            try {
                return Objects.requireNonNull(transactions.execute(_ -> store(name, predecessor, lifetime, actor)));
            } catch (DuplicateKeyException e) {
                // Somebody else's allowance for that name came between, and is taken back this time.
            }
        }
        throw new IllegalStateException("a name was contended for more than " + BoundIssuance.MAX_TURNS + " turns");
    }

    private ReadmissionResult store(String name, SerialNumber predecessor, Duration lifetime, String actor) {
        Optional<CertificateEntry> certificate = inventory
                .find(predecessor)
                .filter(entry ->
                        entry.role() == CertificateRole.DEVICE && entry.name().equals(name));
        Optional<String> obstacle =
                certificate.map(this::obstacle).orElse(Optional.of("The device has no such certificate."));
        if (obstacle.isPresent()) {
            return new ReadmissionResult.Refused(obstacle.get(), refuse(name, actor, obstacle.get()));
        }
        boolean before = repository.withdraw(name);
        byte[] id = new byte[8];
        random.nextBytes(id);
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        ReadmissionEntry entry = new ReadmissionEntry(
                HexFormat.of().formatHex(id),
                name,
                certificate.orElseThrow().spkiSha256(),
                predecessor,
                State.OPEN,
                actor,
                now,
                now.plus(lifetime),
                null,
                null);
        repository.add(entry);
        audit.record(AuditEvent.success(
                actor,
                "device.readmission-allowed",
                name,
                "allowance " + entry.id() + (before ? " in place of the one before" : "")
                        + ", for the key of certificate " + predecessor + ", until "
                        + entry.expiresAt().truncatedTo(ChronoUnit.SECONDS)));
        return new ReadmissionResult.Allowed(entry);
    }

    private Optional<String> obstacle(CertificateEntry certificate) {
        if (formerDevices.has(certificate.name())) {
            return Optional.of("The device was removed. Invite one of its name with \"replace\": true.");
        }
        if (isKeyRevoked(certificate.spkiSha256())) {
            return Optional.of(
                    "A certificate with this key was revoked, so the key is not let back in. Invite the device"
                            + " again with \"replace\": true.");
        }
        return needsLeave(certificate)
                ? Optional.empty()
                : Optional.of("The certificate holds until " + certificate.notAfter()
                        + ", so the device needs nobody to let it in.");
    }

    private boolean isKeyRevoked(String spkiSha256) {
        return inventory.ofKey(spkiSha256).stream().anyMatch(CertificateEntry::revoked);
    }

    private String refuse(String name, String actor, String reason) {
        AuditEvent event = AuditEvent.refused(actor, "device.readmission-refused", name, reason);
        audit.record(event);
        return event.reference();
    }

    /**
     * Takes back what a device may, as long as it has not come.
     *
     * @return false when there is nothing open
     */
    public boolean withdraw(String name, String actor) {
        return Boolean.TRUE.equals(transactions.execute(_ -> {
            boolean withdrawn = repository.withdraw(name);
            if (withdrawn) {
                audit.record(AuditEvent.success(actor, "device.readmission-withdrawn", name, null));
            }
            return withdrawn;
        }));
    }

    /**
     * Takes back every allowance that is open, or used without its certificate having been signed, after the database went back in
     * time: it may have been used or taken back since. Whoever calls writes the audit event.
     *
     * @return how many there were
     */
    public int voidUnsigned() {
        return repository.withdrawAllUnsigned();
    }

    /**
     * Of all certificates of a device those whose key could be let back in: they have ended or are superseded, and none of the same key
     * was revoked. Of several with one key only the first is named.
     *
     * @param certificates newest first
     */
    public static List<CertificateEntry> candidates(List<CertificateEntry> certificates) {
        Set<String> barred = certificates.stream()
                .filter(CertificateEntry::revoked)
                .map(CertificateEntry::spkiSha256)
                .collect(Collectors.toCollection(HashSet::new));
        return certificates.stream()
                .filter(Readmissions::needsLeave)
                .filter(entry -> barred.add(entry.spkiSha256()))
                .toList();
    }

    private static boolean needsLeave(CertificateEntry certificate) {
        return certificate.status() == CertificateStatus.EXPIRED || certificate.supersededBy() != null;
    }

    /** The newest allowance of a device, or nothing. */
    public Optional<ReadmissionEntry> of(String name) {
        return Optional.ofNullable(of(List.of(name)).get(name));
    }

    /** The newest allowance of each of these devices; one that never had any is left out. */
    public Map<String, ReadmissionEntry> of(Collection<String> names) {
        Map<String, ReadmissionEntry> newest = new HashMap<>();
        if (!names.isEmpty()) {
            repository.ofNames(names).forEach(entry -> newest.putIfAbsent(entry.name(), entry));
        }
        return newest;
    }

    /**
     * Gives a device that may come back a certificate for the key that it has. The same key gets the same chain until the allowance
     * ends. A refusal is for the caller to audit.
     *
     * @param pkcs10Der the request, DER, at most 16 KiB; its challengePassword is the session id
     * @param sessionId the session that the request came through
     */
    public EnrollmentResult redeem(byte[] pkcs10Der, byte[] sessionId) {
        if (!(CertificateRequest.read(pkcs10Der) instanceof RequestCheck.Accepted(CertificateRequest request))) {
            return new Refused(Reason.BAD_REQUEST, "unknown");
        }
        if (!request.challengePassword().equals(Optional.of(HexFormat.of().formatHex(sessionId)))) {
            return new Refused(Reason.WRONG_SESSION, "unknown");
        }
        return certificates.settle(() -> repository
                .ofKey(request.spkiSha256())
                .map(allowance -> turn(allowance, request))
                .orElseGet(() -> new Turn.Settled<>(
                        new Refused(Reason.NOT_LET_IN, request.commonName().orElse("unknown")))));
    }

    private Turn<EnrollmentResult> turn(ReadmissionEntry allowance, CertificateRequest request) {
        Optional<Reason> reason = refusal(allowance, request);
        if (reason.isPresent()) {
            return new Turn.Settled<>(new Refused(reason.get(), allowance.name()));
        }
        SerialNumber bound = allowance.certificate();
        if (bound != null) {
            Optional<X509Certificate> certificate = inventory.certificate(bound);
            if (certificate.isPresent()) {
                return new Turn.Settled<>(admitted(allowance, certificate.get(), "the same key again"));
            }
            if (!certificates.isOutOfTheWay(bound)) {
                return new Turn.Contended<>();
            }
        }
        return issue(allowance, request);
    }

    private Optional<Reason> refusal(ReadmissionEntry allowance, CertificateRequest request) {
        if (allowance.state() == State.WITHDRAWN || formerDevices.has(allowance.name())) {
            return Optional.of(Reason.REVOKED);
        }
        if (!allowance.expiresAt().isAfter(clock.instant())) {
            return Optional.of(Reason.EXPIRED);
        }
        if (request.commonName().isPresent() && !request.commonName().get().equals(allowance.name())) {
            return Optional.of(Reason.OTHER_NAME);
        }
        if (isKeyRevoked(allowance.spkiSha256())) {
            return Optional.of(Reason.CERTIFICATE_REVOKED);
        }
        boolean otherKeySince = inventory.ofName(allowance.name(), CertificateRole.DEVICE).stream()
                .anyMatch(entry -> !entry.spkiSha256().equals(allowance.spkiSha256())
                        && entry.createdAt().isAfter(allowance.createdAt()));
        return otherKeySince ? Optional.of(Reason.OTHER_KEY_SINCE) : Optional.empty();
    }

    private Turn<EnrollmentResult> issue(ReadmissionEntry allowance, CertificateRequest request) {
        CertificateEntry predecessor = inventory.find(allowance.predecessor()).orElseThrow();
        Optional<Profile> profile = profiles.find(predecessor.profile());
        if (profile.isEmpty()) {
            return new Turn.Settled<>(new Refused(Reason.NOT_ISSUED, allowance.name()));
        }
        CertificateOrder order = CertificateOrder.of(
                request,
                new PeerName(allowance.name()),
                profile.get(),
                validity.of(predecessor, profile.get()),
                "device:" + allowance.name());
        return new Turn.Issue<>(
                order,
                serialNumber -> bind(allowance, serialNumber),
                _ -> new Refused(Reason.NOT_ISSUED, allowance.name()),
                issued -> admitted(allowance, issued, "certificate " + SerialNumber.of(issued)));
    }

    private boolean bind(ReadmissionEntry allowance, SerialNumber serialNumber) {
        SerialNumber former = allowance.certificate();
        return former == null
                ? repository.use(allowance.id(), serialNumber)
                : repository.rebind(allowance.id(), former, serialNumber);
    }

    private EnrollmentResult admitted(ReadmissionEntry allowance, X509Certificate certificate, String detail) {
        transactions.executeWithoutResult(_ -> {
            List<AuditEvent> events = new ArrayList<>(takePlace(allowance, SerialNumber.of(certificate)));
            events.add(AuditEvent.success(
                    "device:" + allowance.name(),
                    "device.readmitted",
                    allowance.name(),
                    "allowance " + allowance.id() + ", " + detail));
            audit.record(events);
        });
        return new Enrolled(allowance.name(), authority.chainWithRootOf(certificate));
    }

    /**
     * What had taken the place of the certificate whose key is back, and what was to take it next, is superseded, as by a renewal: the
     * device has lost it. That is nothing when it was done before.
     */
    private List<AuditEvent> takePlace(ReadmissionEntry allowance, SerialNumber present) {
        SerialNumber last = allowance.predecessor();
        for (Optional<SerialNumber> next = successor(last); next.isPresent(); next = successor(last)) {
            last = next.get();
            if (last.equals(present)) {
                return List.of();
            }
        }
        return repository.takePlace(last, present).stream()
                .map(lost -> AuditEvent.success(
                        "device:" + allowance.name(),
                        "certificate.superseded",
                        lost.toString(),
                        allowance.name() + ", by " + present + ", with whose key it came back"))
                .toList();
    }

    private Optional<SerialNumber> successor(SerialNumber serialNumber) {
        return inventory.find(serialNumber).map(CertificateEntry::supersededBy);
    }
}
