package dev.waxwing.ca.enrollment;

import dev.waxwing.ca.audit.AuditEvent;
import dev.waxwing.ca.audit.AuditTrail;
import dev.waxwing.ca.authority.CertificateAuthority;
import dev.waxwing.ca.enrollment.EnrollmentResult.Enrolled;
import dev.waxwing.ca.enrollment.EnrollmentResult.Reason;
import dev.waxwing.ca.enrollment.EnrollmentResult.Refused;
import dev.waxwing.ca.inventory.CertificateEntry;
import dev.waxwing.ca.inventory.CertificateRole;
import dev.waxwing.ca.inventory.Inventory;
import dev.waxwing.ca.inventory.SerialNumber;
import dev.waxwing.ca.issuance.CertificateOrder;
import dev.waxwing.ca.issuance.CertificateRequest;
import dev.waxwing.ca.issuance.Issuance;
import dev.waxwing.ca.issuance.Preparation;
import dev.waxwing.ca.issuance.PreparedCertificate;
import dev.waxwing.ca.issuance.Profile;
import dev.waxwing.ca.issuance.Profiles;
import dev.waxwing.ca.issuance.RequestCheck;
import dev.waxwing.ca.revocation.Revocation;
import dev.waxwing.enrollment.InviteToken;
import dev.waxwing.trust.PeerName;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.HexFormat;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Lets a device in that holds an invite (docs/protocol.md, section 9.2).
 *
 * <pre>
 *  request and session checked ── invite open ──────────────► prepare ─► bind (one UPDATE decides) ─► sign ─► chain
 *                               └ redeemed, same key ─ issued ──────────────────────────────────────────────► chain
 *                                                    └ never signed ─► abandon ─► prepare ─► rebind ─► sign ─► chain
 * </pre>
 *
 * A certificate is prepared before the invite is bound to it, and an invite points to one prepared certificate at a time, so that an
 * interruption anywhere leaves an invite that the same key can redeem, and never two certificates. Any thread may call.
 */
public final class Enrollment {

    private final InviteRepository invites;
    private final CertificateAuthority authority;
    private final PendingIntents intents;
    private final Issuance issuance;
    private final Profiles profiles;
    private final Inventory inventory;
    private final Revocation revocation;
    private final AuditTrail audit;

    /** Enrolment with this authority. */
    public Enrollment(
            JdbcClient jdbc,
            CertificateAuthority authority,
            Issuance issuance,
            Profiles profiles,
            Inventory inventory,
            Revocation revocation,
            AuditTrail audit,
            Clock clock) {
        this.invites = new InviteRepository(jdbc, clock);
        this.authority = authority;
        this.intents = new PendingIntents(inventory, issuance, clock);
        this.issuance = issuance;
        this.profiles = profiles;
        this.inventory = inventory;
        this.revocation = revocation;
        this.audit = audit;
    }

    /**
     * Redeems an invite for the key of a request. The same token with the same key gets the same chain until the invite expires.
     * A refusal is for the caller to audit.
     *
     * @param token 16 bytes
     * @param pkcs10Der the request, DER, at most 16 KiB; its challengePassword is the session id
     * @param sessionId the session that the request came through
     */
    public EnrollmentResult redeem(byte[] token, byte[] pkcs10Der, byte[] sessionId) {
        if (!(CertificateRequest.read(pkcs10Der) instanceof RequestCheck.Accepted(CertificateRequest request))) {
            return refuse("unknown", Reason.BAD_REQUEST);
        }
        // A request made for another session could be relayed into this one: it must not even touch the token.
        String session = HexFormat.of().formatHex(sessionId);
        if (!request.challengePassword().equals(Optional.of(session))) {
            return refuse("unknown", Reason.WRONG_SESSION);
        }
        if (token.length != InviteToken.LENGTH) {
            return refuse("unknown", Reason.UNKNOWN_TOKEN);
        }
        return redeem(HexFormat.of().formatHex(InviteToken.of(token).sha256()), request);
    }

    private EnrollmentResult redeem(String tokenSha256, CertificateRequest request) {
        for (int turn = 0; turn < PendingIntents.MAX_TURNS; turn++) {
            Optional<InviteEntry> invite = invites.findByToken(tokenSha256);
            if (invite.isEmpty()) {
                return refuse("unknown", Reason.UNKNOWN_TOKEN);
            }
            Optional<EnrollmentResult> result = turn(invite.get(), request);
            if (result.isPresent()) {
                return result.get();
            }
        }
        throw new IllegalStateException("an invite was contended for more than " + PendingIntents.MAX_TURNS + " turns");
    }

    /** One try; nothing when another thread changed the invite in the meantime. */
    private Optional<EnrollmentResult> turn(InviteEntry invite, CertificateRequest request) {
        Optional<Reason> reason = refusal(invite, request);
        if (reason.isPresent()) {
            return Optional.of(refuse(invite.name(), reason.get()));
        }
        Optional<SerialNumber> bound = bound(invite);
        if (bound.isPresent()) {
            Optional<CertificateEntry> entry = inventory.find(bound.get());
            if (entry.isPresent()) {
                return Optional.of(again(invite, entry.get()));
            }
            if (!intents.outOfTheWay(bound.get())) {
                return Optional.empty();
            }
        }
        return issue(invite, request);
    }

    private static Optional<SerialNumber> bound(InviteEntry invite) {
        return Optional.ofNullable(invite.certificateSerialNumber()).flatMap(SerialNumber::parse);
    }

    private Optional<Reason> refusal(InviteEntry invite, CertificateRequest request) {
        if (invite.revokedAt() != null) {
            return Optional.of(Reason.REVOKED);
        }
        if (invite.redeemedSpkiSha256() != null && !invite.redeemedSpkiSha256().equals(request.spkiSha256())) {
            return Optional.of(Reason.OTHER_KEY);
        }
        if (!invites.isCurrent(invite)) {
            return Optional.of(Reason.EXPIRED);
        }
        if (request.commonName().isPresent() && !request.commonName().get().equals(invite.name())) {
            return Optional.of(Reason.OTHER_NAME);
        }
        boolean taken = invite.state() == InviteState.OPEN
                && !invite.replaces()
                && !inventory.ofName(invite.name(), CertificateRole.DEVICE).isEmpty();
        return taken ? Optional.of(Reason.NAME_TAKEN) : Optional.empty();
    }

    private EnrollmentResult again(InviteEntry invite, CertificateEntry entry) {
        if (entry.revoked()) {
            return refuse(invite.name(), Reason.CERTIFICATE_REVOKED);
        }
        X509Certificate certificate =
                inventory.certificate(entry.serialNumber()).orElseThrow();
        return enrolled(invite, certificate, "the same key again");
    }

    private Optional<EnrollmentResult> issue(InviteEntry invite, CertificateRequest request) {
        Optional<Profile> profile = profiles.find(invite.profile());
        if (profile.isEmpty()) {
            return Optional.of(refuse(invite.name(), Reason.NOT_ISSUED));
        }
        CertificateOrder order = CertificateOrder.of(
                request, new PeerName(invite.name()), profile.get(), null, "device:" + invite.name());
        return switch (issuance.prepare(order)) {
            case Preparation.Refused(var _) -> Optional.of(refuse(invite.name(), Reason.NOT_ISSUED));
            case Preparation.Prepared(var prepared) -> bindAndSign(invite, request, prepared);
        };
    }

    private Optional<EnrollmentResult> bindAndSign(
            InviteEntry invite, CertificateRequest request, PreparedCertificate prepared) {
        SerialNumber serialNumber = prepared.serialNumber();
        boolean bound = bound(invite)
                .map(former -> invites.rebind(invite.id(), former, serialNumber))
                .orElseGet(() -> invites.redeem(invite.id(), request.spkiSha256(), serialNumber));
        if (!bound) {
            issuance.abandon(serialNumber);
            return Optional.empty();
        }
        return issuance.sign(prepared)
                .map(issued -> enrolled(invite, issued.certificate(), "certificate " + serialNumber));
    }

    private EnrollmentResult enrolled(InviteEntry invite, X509Certificate certificate, String detail) {
        if (invite.replaces()) {
            revocation.supersede(invite.name(), SerialNumber.of(certificate), "device:" + invite.name());
        }
        audit.record(AuditEvent.success(
                "device:" + invite.name(), "invite.redeemed", invite.name(), "invite " + invite.id() + ", " + detail));
        return new Enrolled(invite.name(), authority.chainWithRootOf(certificate));
    }

    private static EnrollmentResult refuse(String name, Reason reason) {
        return new Refused(reason, name);
    }
}
