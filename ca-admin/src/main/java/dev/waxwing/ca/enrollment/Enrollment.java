package dev.waxwing.ca.enrollment;

import dev.waxwing.ca.audit.AuditEvent;
import dev.waxwing.ca.audit.AuditTrail;
import dev.waxwing.ca.authority.CertificateAuthority;
import dev.waxwing.ca.enrollment.BoundIssuance.Turn;
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
 *  request and session checked ── invite open ─────────────────────────────► issued and bound to it
 *                               └ redeemed, same key ── certificate there ─► the same again
 *                                                     └ never signed ──────► abandoned, another issued and bound
 * </pre>
 *
 * Any thread may call.
 */
public final class Enrollment {

    private final InviteRepository invites;
    private final CertificateAuthority authority;
    private final BoundIssuance certificates;
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
        this.certificates = new BoundIssuance(inventory, issuance, clock);
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
        String tokenSha256 = HexFormat.of().formatHex(InviteToken.of(token).sha256());
        return certificates.settle(() -> invites.findByToken(tokenSha256)
                .map(invite -> turn(invite, request))
                .orElseGet(() -> new Turn.Settled<>(refuse("unknown", Reason.UNKNOWN_TOKEN))));
    }

    private Turn<EnrollmentResult> turn(InviteEntry invite, CertificateRequest request) {
        Optional<Reason> reason = refusal(invite, request);
        if (reason.isPresent()) {
            return new Turn.Settled<>(refuse(invite.name(), reason.get()));
        }
        Optional<SerialNumber> bound = bound(invite);
        if (bound.isPresent()) {
            Optional<CertificateEntry> entry = inventory.find(bound.get());
            if (entry.isPresent()) {
                return new Turn.Settled<>(again(invite, entry.get()));
            }
            if (!certificates.isOutOfTheWay(bound.get())) {
                return new Turn.Contended<>();
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

    private Turn<EnrollmentResult> issue(InviteEntry invite, CertificateRequest request) {
        Optional<Profile> profile = profiles.find(invite.profile());
        if (profile.isEmpty()) {
            return new Turn.Settled<>(refuse(invite.name(), Reason.NOT_ISSUED));
        }
        CertificateOrder order = CertificateOrder.of(
                request, new PeerName(invite.name()), profile.get(), null, "device:" + invite.name());
        return new Turn.Issue<>(
                invite.replaces() ? order.replacing() : order,
                serialNumber -> bind(invite, request, serialNumber),
                _ -> refuse(invite.name(), Reason.NOT_ISSUED),
                issued -> enrolled(invite, issued, "certificate " + SerialNumber.of(issued)));
    }

    private boolean bind(InviteEntry invite, CertificateRequest request, SerialNumber serialNumber) {
        return bound(invite)
                .map(former -> invites.rebind(invite.id(), former, serialNumber))
                .orElseGet(() -> invites.redeem(invite.id(), request.spkiSha256(), serialNumber));
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
