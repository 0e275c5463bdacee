package dev.waxwing.ca.enrollment;

import dev.waxwing.ca.audit.AuditEvent;
import dev.waxwing.ca.audit.AuditTrail;
import dev.waxwing.ca.authority.CertificateAuthority;
import dev.waxwing.ca.enrollment.BoundIssuance.Turn;
import dev.waxwing.ca.enrollment.RenewalRepository.Entry;
import dev.waxwing.ca.enrollment.RenewalResult.Reason;
import dev.waxwing.ca.enrollment.RenewalResult.Refused;
import dev.waxwing.ca.enrollment.RenewalResult.Renewed;
import dev.waxwing.ca.inventory.CertificateEntry;
import dev.waxwing.ca.inventory.CertificateRole;
import dev.waxwing.ca.inventory.Inventory;
import dev.waxwing.ca.inventory.SerialNumber;
import dev.waxwing.ca.issuance.CertificateOrder;
import dev.waxwing.ca.issuance.CertificateRequest;
import dev.waxwing.ca.issuance.Issuance;
import dev.waxwing.ca.issuance.Profile;
import dev.waxwing.ca.issuance.Profiles;
import dev.waxwing.ca.issuance.RequestCheck;
import dev.waxwing.ca.issuance.RequestFault;
import dev.waxwing.trust.CertificateLife;
import dev.waxwing.trust.PeerName;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Gives a device the successor of its certificate, and puts that in the predecessor's place once the device uses it
 * (docs/protocol.md, section 16).
 *
 * <pre>
 *  request and session checked ── key unknown ── predecessor, time, number ───────► issued and bound to the key
 *                               └ key known ── certificate there ─────────────────► the same again
 *                                            └ never signed ── predecessor ───────► abandoned, another issued and bound
 * </pre>
 *
 * Any thread may call.
 */
public final class Renewals {

    /** Certificates that one device gets by renewal in the shorter of a day and the lifetime of its certificate. */
    static final int MOST = 5;

    private static final Duration LONGEST_SPAN = Duration.ofDays(1);

    private final RenewalRepository renewals;
    private final CertificateAuthority authority;
    private final SuccessorValidity validity;
    private final BoundIssuance certificates;
    private final Profiles profiles;
    private final Inventory inventory;
    private final AuditTrail audit;
    private final TransactionTemplate transactions;
    private final Clock clock;

    /** Renewal by this authority. */
    public Renewals(
            JdbcClient jdbc,
            CertificateAuthority authority,
            Issuance issuance,
            Profiles profiles,
            Inventory inventory,
            AuditTrail audit,
            TransactionTemplate transactions,
            Clock clock) {
        this.renewals = new RenewalRepository(jdbc, clock);
        this.authority = authority;
        this.validity = new SuccessorValidity(authority);
        this.certificates = new BoundIssuance(inventory, issuance, clock);
        this.profiles = profiles;
        this.inventory = inventory;
        this.audit = audit;
        this.transactions = transactions;
        this.clock = clock;
    }

    /** Gives a device its next certificate. The same key gets the same one. A refusal is for the caller to audit. */
    public RenewalResult renew(RenewalOrder order) {
        if (!(CertificateRequest.read(order.pkcs10().toArray()) instanceof RequestCheck.Accepted(var request))) {
            return refuse(Reason.BAD_REQUEST, "the request is none, its key is weak, or its signature does not hold");
        }
        // A request made for another session could be relayed into this one.
        if (!request.challengePassword().equals(Optional.of(order.session()))) {
            return refuse(Reason.BAD_REQUEST, "the request was made for another session");
        }
        if (request.commonName().isPresent() && !request.commonName().get().equals(order.device())) {
            return refuse(Reason.BAD_REQUEST, "the request is for another name");
        }
        return certificates.settle(() -> turn(order, request));
    }

    private Turn<RenewalResult> turn(RenewalOrder order, CertificateRequest request) {
        Optional<Entry> known = renewals.ofKey(request.spkiSha256());
        if (known.isEmpty()) {
            return first(order, request);
        }
        if (!known.get().name().equals(order.device())) {
            return new Turn.Settled<>(refuse(Reason.KEY_IN_USE, "the key is that of another device"));
        }
        SerialNumber serialNumber = known.get().serialNumber();
        if (inventory.find(serialNumber).isPresent()) {
            return new Turn.Settled<>(again(serialNumber));
        }
        if (!certificates.isOutOfTheWay(serialNumber)) {
            return new Turn.Contended<>();
        }
        return standing(order)
                .<Turn<RenewalResult>>map(Turn.Settled::new)
                .orElseGet(() -> issue(order, request, serialNumber));
    }

    private RenewalResult again(SerialNumber serialNumber) {
        CertificateEntry entry = inventory.find(serialNumber).orElseThrow();
        if (entry.supersededBy() != null || !entry.status().holds()) {
            return refuse(Reason.KEY_IN_USE, "the key was used before, in certificate " + serialNumber);
        }
        return new Renewed(authority.chainOf(inventory.certificate(serialNumber).orElseThrow()));
    }

    private Turn<RenewalResult> first(RenewalOrder order, CertificateRequest request) {
        if (!inventory.ofKey(request.spkiSha256()).isEmpty()) {
            // It may have become a certificate by renewal in this very moment.
            return renewals.ofKey(request.spkiSha256()).isPresent()
                    ? new Turn.Contended<>()
                    : new Turn.Settled<>(refuse(Reason.KEY_IN_USE, "the key is or was in use"));
        }
        Optional<RenewalResult> refusal = standing(order).or(() -> tooMany(order));
        if (refusal.isEmpty()) {
            return issue(order, request, null);
        }
        // The same request may have got its certificate in this very moment, and be what stands in its own way.
        return renewals.ofKey(request.spkiSha256()).isPresent()
                ? new Turn.Contended<>()
                : new Turn.Settled<>(refusal.get());
    }

    /** Why the predecessor gets no successor now. */
    private Optional<RenewalResult> standing(RenewalOrder order) {
        Optional<CertificateEntry> found = inventory
                .find(order.predecessor())
                .filter(entry -> entry.role() == CertificateRole.DEVICE)
                .filter(entry -> entry.name().equals(order.device()));
        if (found.isEmpty() || !found.get().status().holds()) {
            return Optional.of(refuse(
                    Reason.NOT_NOW, "certificate " + order.predecessor() + " is none of this device that still holds"));
        }
        if (found.get().supersededBy() != null) {
            return Optional.of(
                    refuse(Reason.NOT_NOW, "certificate " + order.predecessor() + " has a successor that is in use"));
        }
        return order.early() || !clock.instant().isBefore(life(found.get()).renewable())
                ? Optional.empty()
                : Optional.of(refuse(
                        Reason.NOT_NOW, "certificate " + order.predecessor() + " is in the first half of its life"));
    }

    private static CertificateLife life(CertificateEntry entry) {
        return new CertificateLife(entry.createdAt(), entry.notAfter());
    }

    private Optional<RenewalResult> tooMany(RenewalOrder order) {
        Duration lifetime =
                life(inventory.find(order.predecessor()).orElseThrow()).length();
        Duration span = lifetime.compareTo(LONGEST_SPAN) < 0 ? lifetime : LONGEST_SPAN;
        Instant now = clock.instant();
        List<Instant> made = renewals.since(order.device(), now.minus(span));
        if (made.size() < MOST) {
            return Optional.empty();
        }
        Duration wait = Duration.between(now, made.get(made.size() - MOST).plus(span));
        return Optional.of(new Refused(
                Reason.TOO_MANY,
                made.size() + " certificates by renewal within " + span,
                Duration.ofSeconds(Math.max(1, wait.toSeconds() + 1))));
    }

    private Turn<RenewalResult> issue(RenewalOrder order, CertificateRequest request, @Nullable SerialNumber former) {
        CertificateEntry predecessor = inventory.find(order.predecessor()).orElseThrow();
        Optional<Profile> profile = profiles.find(predecessor.profile());
        if (profile.isEmpty()) {
            return new Turn.Settled<>(
                    refuse(Reason.NOT_NOW, "there is no profile " + predecessor.profile() + " any more"));
        }
        CertificateOrder wanted = CertificateOrder.of(
                request,
                new PeerName(order.device()),
                profile.get(),
                validity.of(predecessor, profile.get()),
                "device:" + order.device());
        return new Turn.Issue<>(
                wanted,
                serialNumber -> bind(order, request.spkiSha256(), former, serialNumber),
                fault -> refuse(reason(fault), fault.code()),
                issued -> renewed(order, issued));
    }

    private static Reason reason(RequestFault fault) {
        return switch (fault) {
            case KEY_TAKEN -> Reason.KEY_IN_USE;
            case AUTHORITY_ENDS -> Reason.UNAVAILABLE;
            default -> Reason.NOT_NOW;
        };
    }

    private boolean bind(RenewalOrder order, String key, @Nullable SerialNumber former, SerialNumber serialNumber) {
        return former == null
                ? renewals.bind(key, serialNumber, order.predecessor(), order.device())
                : renewals.rebind(key, former, serialNumber, order.predecessor());
    }

    private RenewalResult renewed(RenewalOrder order, X509Certificate certificate) {
        audit.record(AuditEvent.success(
                "device:" + order.device(),
                "certificate.renewed",
                order.device(),
                "certificate " + SerialNumber.of(certificate) + " in place of " + order.predecessor()
                        + " once it is used"));
        return new Renewed(authority.chainOf(certificate));
    }

    private static RenewalResult refuse(Reason reason, String detail) {
        return new Refused(reason, detail, Duration.ZERO);
    }

    /**
     * A device has come with this certificate, and proved that it has the key: if it got it by renewal and uses it for the first
     * time, the predecessor is superseded from now on. To be called before the device is let in.
     *
     * @return false when the device is not to be let in, because the predecessor is revoked or another has taken its place
     */
    public boolean use(SerialNumber serialNumber) {
        Optional<Entry> renewal = renewals.ofCertificate(serialNumber);
        if (renewal.isEmpty() || renewal.get().used()) {
            return true;
        }
        return Boolean.TRUE.equals(transactions.execute(_ -> takePlace(renewal.get())));
    }

    private boolean takePlace(Entry renewal) {
        if (!renewals.takePlace(renewal)) {
            return false;
        }
        renewals.use(renewal);
        audit.record(AuditEvent.success(
                "device:" + renewal.name(),
                "certificate.superseded",
                renewal.predecessor().toString(),
                renewal.name() + ", by " + renewal.serialNumber() + ", which is in use now"));
        return true;
    }
}
