package dev.waxwing.ca.ceremony;

import dev.waxwing.ca.audit.AuditEvent;
import dev.waxwing.ca.audit.AuditTrail;
import dev.waxwing.ca.authority.AuthorityException;
import dev.waxwing.ca.authority.AuthorityId;
import dev.waxwing.ca.authority.CertificateAuthority;
import dev.waxwing.ca.authority.IssuingAuthority;
import dev.waxwing.ca.authority.Withdrawal;
import dev.waxwing.ca.inventory.RevocationReason;
import dev.waxwing.ca.issuance.RoleCredentials;
import dev.waxwing.ca.revocation.RevocationLists;
import dev.waxwing.ca.revocation.Sweep;
import dev.waxwing.ca.revocation.Sweeps;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The authority's own life. One ceremony at a time; each is audited, whatever comes of it. Any thread may ask.
 *
 * <pre>
 *  rotation:  key file ─► row ─► responder ─► first revocation list ─► turn ─► the server's own certificates
 *             └─ a start adds what is missing; nobody sees the next authority ─┘  └─ so does a start, or the schedule
 *  revocation of a former authority:  row and audit entry ─► the root's list ─► its sessions end ─► all that it issued is revoked
 *                                                            └─ so does a start, or the schedule       └─ so does a start
 * </pre>
 */
public final class Ceremonies {

    private static final Logger LOG = LoggerFactory.getLogger(Ceremonies.class);

    private static final List<RevocationReason> FOR_AUTHORITIES = Arrays.stream(RevocationReason.values())
            .filter(reason -> reason != RevocationReason.CERTIFICATE_HOLD && reason != RevocationReason.KEY_COMPROMISE)
            .toList();

    private final CertificateAuthority authority;
    private final RoleCredentials credentials;
    private final RevocationLists lists;
    private final Sweeps sweeps;
    private final AuditTrail audit;
    private final TransactionTemplate transactions;
    private final ApplicationEventPublisher events;
    private final Clock clock;
    private final ReentrantLock one = new ReentrantLock();

    /** Ceremonies of this authority. */
    public Ceremonies(
            CertificateAuthority authority,
            RoleCredentials credentials,
            RevocationLists lists,
            Sweeps sweeps,
            AuditTrail audit,
            TransactionTemplate transactions,
            ApplicationEventPublisher events,
            Clock clock) {
        this.authority = authority;
        this.credentials = credentials;
        this.lists = lists;
        this.sweeps = sweeps;
        this.audit = audit;
        this.transactions = transactions;
        this.events = events;
        this.clock = clock;
    }

    /**
     * Has another issuing authority take over. The present one signs no more certificates, and goes on signing revocation lists and
     * having OCSP answers signed for what it issued.
     */
    public CeremonyResult<IssuingAuthority> rotateIssuing(String actor) {
        return perform(
                actor, "authority.rotation-refused", authority.issuing().id().toString(), () -> {
                    IssuingAuthority next = ready(authority.prepareIssuing());
                    AuditEvent rotated = AuditEvent.success(
                            actor,
                            "authority.rotated",
                            next.id().toString(),
                            "in place of " + authority.issuing().id());
                    IssuingAuthority current = authority.makeCurrent(next, transactions, () -> audit.record(rotated));
                    renewOwn();
                    return current;
                });
    }

    /** Whoever is shown a certificate of an authority must be able to learn its status: so that comes before its first certificate. */
    private IssuingAuthority ready(IssuingAuthority next) {
        credentials.renewWhereDue();
        lists.rebuildWhereDue();
        if (credentials.responder(next.id()).isEmpty() || lists.of(next.id()).isEmpty()) {
            throw new AuthorityException("The next issuing authority " + next.id()
                    + " could not publish a revocation list, so it did not take over. The log says why; try again.");
        }
        return next;
    }

    /** What fails is done again by the schedule, and the present certificates still hold. */
    private void renewOwn() {
        try {
            credentials.renewWhereDue();
        } catch (RuntimeException e) {
            LOG.error("Could not renew the server's certificates; trying again in a minute", e);
        }
    }

    /**
     * Revokes the own certificate of an issuing authority that is not current, for good: the root's list names it from now on, and all
     * that it has issued is revoked, too. Asking again for the same reason completes what was interrupted, and else changes nothing.
     *
     * @param reason neither {@code certificateHold}, which is not for good, nor {@code keyCompromise}, which is about other certificates
     * @return how far the revocation of what it has issued is, after a few seconds at most
     */
    public CeremonyResult<Sweep> revokeIssuing(AuthorityId id, RevocationReason reason, String actor) {
        return perform(actor, "authority.revocation-refused", id.toString(), () -> {
            IssuingAuthority former = revocable(id, reason);
            if (!former.isRevoked()) {
                requireOwnOfAnother(former);
                former = withdraw(former, reason, actor);
            }
            return spread(former, reason, actor);
        });
    }

    /** Devices that heard of it would believe this server no more. */
    private void requireOwnOfAnother(IssuingAuthority former) {
        if (credentials.areOf(former.id())) {
            renewOwn();
        }
        if (credentials.areOf(former.id())) {
            throw new AuthorityException("The server's own certificates are still from issuing authority "
                    + former.id() + ", and devices would not believe it any more. The log says why they could not be"
                    + " renewed; try again.");
        }
    }

    private IssuingAuthority revocable(AuthorityId id, RevocationReason reason) {
        IssuingAuthority issuer = authority
                .issuer(id)
                .orElseThrow(() -> new AuthorityException("There is no issuing authority " + id + "."));
        Withdrawal withdrawal = issuer.withdrawal();
        Optional<String> obstacle = generalObstacle(issuer, reason)
                .or(() -> withdrawal == null ? obstacle(issuer, reason) : obstacle(withdrawal, reason));
        if (obstacle.isPresent()) {
            throw new AuthorityException(obstacle.get());
        }
        return issuer;
    }

    private static Optional<String> generalObstacle(IssuingAuthority issuer, RevocationReason reason) {
        if (issuer.state() == IssuingAuthority.State.CURRENT) {
            return Optional.of("Issuing authority " + issuer.id()
                    + " signs what is new. Have another one take over first, with 'bin/server rotate-issuing' or POST"
                    + " /api/v1/authority/issuing/rotation, and then revoke this one.");
        }
        return FOR_AUTHORITIES.contains(reason)
                ? Optional.empty()
                : Optional.of("An authority's certificate is revoked for good, as one of: " + reasonNames()
                        + ". That its key is in wrong hands is called cACompromise.");
    }

    private static Optional<String> obstacle(Withdrawal before, RevocationReason reason) {
        return before.reason().equals(reason.rfcName())
                ? Optional.empty()
                : Optional.of("It was revoked at " + before.at() + " as " + before.reason()
                        + "; a reason is not changed afterwards.");
    }

    private Optional<String> obstacle(IssuingAuthority issuer, RevocationReason reason) {
        Instant end = issuer.certificate().getNotAfter().toInstant();
        if (end.isBefore(clock.instant())) {
            return Optional.of("It ended at " + end + "; nothing trusts it any more.");
        }
        if (authority.root().isEmpty()) {
            return Optional.of(
                    "An issuing authority is revoked on the root's list, which the root's private key signs, and that"
                            + " is not on this server. Bring it back with 'bin/server root import FILE', try again, and"
                            + " take it away afterwards with 'bin/server root remove FILE'.");
        }
        return sweeps.of(issuer.id())
                .filter(sweep -> sweep.state() == Sweep.State.RUNNING && sweep.reason() != reason)
                .map(_ -> "Everything that it has issued is being revoked for another reason. Wait until that is done,"
                        + " and try again.");
    }

    /** The reasons for which an authority's certificate can be revoked. */
    public static List<RevocationReason> reasonsForAuthorities() {
        return FOR_AUTHORITIES;
    }

    /** Their names, for people, with commas between. */
    public static String reasonNames() {
        return FOR_AUTHORITIES.stream().map(RevocationReason::rfcName).collect(Collectors.joining(", "));
    }

    private IssuingAuthority withdraw(IssuingAuthority former, RevocationReason reason, String actor) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        AuditEvent revoked = AuditEvent.success(
                actor,
                "authority.revoked",
                former.id().toString(),
                "%s; before: %s, not on the root's list %d; now: revoked since %s, on every list of the root after that"
                        .formatted(
                                reason.rfcName(),
                                former.state().name().toLowerCase(Locale.ROOT),
                                lists.root().number(),
                                now));
        return authority.withdraw(
                former, new Withdrawal(now, reason.rfcName(), actor), transactions, () -> audit.record(revoked));
    }

    /** Nothing of it keeps the rest from being done; what fails is done again by the schedule, or by whoever asks again. */
    private Sweep spread(IssuingAuthority revoked, RevocationReason reason, String actor) {
        Optional<String> unnamed = nameOnRootsList();
        Optional<Sweep> sweep;
        try {
            events.publishEvent(new AuthorityRevoked(revoked));
        } finally {
            sweep = sweeps.order(revoked.id(), reason, actor);
        }
        if (unnamed.isPresent()) {
            throw new AuthorityException(unnamed.get());
        }
        return sweep.orElseThrow(
                () -> new AuthorityException("It is revoked, but what it has issued is being revoked for another"
                        + " reason. Ask again when that is done."));
    }

    /** Why the root's list does not name it. */
    private Optional<String> nameOnRootsList() {
        String what = "It is revoked, and so is all that it has issued, but the root's list does not say so yet";
        if (authority.root().isEmpty() && lists.lacksRevokedIssuers()) {
            return Optional.of(
                    what + ": the root's private key, which signs it, is not on this server. Bring it back with"
                            + " 'bin/server root import FILE', and take it away afterwards with 'bin/server root remove"
                            + " FILE'.");
        }
        try {
            lists.nameRevokedIssuers();
            return Optional.empty();
        } catch (RuntimeException e) {
            LOG.error("The root's revocation list could not be signed; trying again in a minute", e);
            return Optional.of(
                    what + ": it could not be signed, and the log says why. That is tried again each minute.");
        }
    }

    /**
     * The root's private key under a passphrase of its own, PEM. Whoever asks writes it down and reads it back.
     */
    public CeremonyResult<byte[]> exportRoot(String passphrase, String actor) {
        return perform(actor, "root.export-refused", root(), () -> {
            byte[] export = authority.exportRoot(passphrase);
            audit.record(AuditEvent.success(actor, "root.exported", root(), "private key, encrypted"));
            return export;
        });
    }

    /** Takes the root's private key off this server, if the export is one of it. Its last act is a revocation list for a year. */
    public CeremonyResult<String> removeRoot(byte[] export, String passphrase, String actor) {
        return perform(actor, "root.removal-refused", root(), () -> {
            authority.verifyExport(export, passphrase);
            if (authority.root().isPresent()) {
                lists.signRoot();
                transactions.executeWithoutResult(_ -> {
                    audit.record(AuditEvent.success(
                            actor,
                            "root.removed",
                            root(),
                            "its list holds until " + lists.root().nextUpdate()));
                    authority.removeRoot(export, passphrase);
                });
            }
            return root();
        });
    }

    /** Brings the root's private key back from an export, and has it sign a revocation list. */
    public CeremonyResult<String> importRoot(byte[] export, String passphrase, String actor) {
        return perform(actor, "root.import-refused", root(), () -> {
            authority.verifyExport(export, passphrase);
            if (authority.root().isEmpty()) {
                transactions.executeWithoutResult(_ -> {
                    audit.record(AuditEvent.success(actor, "root.imported", root(), "private key"));
                    authority.importRoot(export, passphrase);
                });
                lists.signRoot();
            }
            return root();
        });
    }

    private String root() {
        return authority.rootId().toString();
    }

    private <T> CeremonyResult<T> perform(String actor, String refusal, String subject, Supplier<T> ceremony) {
        one.lock();
        try {
            return new CeremonyResult.Done<>(ceremony.get());
        } catch (AuthorityException e) {
            String detail = String.valueOf(e.getMessage());
            AuditEvent refused = AuditEvent.refused(actor, refusal, subject, detail);
            audit.record(refused);
            return new CeremonyResult.Refused<>(detail, refused.reference());
        } finally {
            one.unlock();
        }
    }
}
