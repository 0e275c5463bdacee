package dev.waxwing.ca.ceremony;

import dev.waxwing.ca.audit.AuditEvent;
import dev.waxwing.ca.audit.AuditTrail;
import dev.waxwing.ca.authority.AuthorityException;
import dev.waxwing.ca.authority.CertificateAuthority;
import dev.waxwing.ca.authority.IssuingAuthority;
import dev.waxwing.ca.issuance.RoleCredentials;
import dev.waxwing.ca.revocation.RevocationLists;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The authority's own life. One ceremony at a time; each is audited, whatever comes of it. Any thread may ask.
 *
 * <pre>
 *  rotation:  key file ─► row ─► responder ─► first revocation list ─► turn ─► the server's own certificates
 *             └─ a start adds what is missing; nobody sees the next authority ─┘  └─ so does a start, or the schedule
 * </pre>
 */
public final class Ceremonies {

    private static final Logger LOG = LoggerFactory.getLogger(Ceremonies.class);

    private final CertificateAuthority authority;
    private final RoleCredentials credentials;
    private final RevocationLists lists;
    private final AuditTrail audit;
    private final TransactionTemplate transactions;
    private final ReentrantLock one = new ReentrantLock();

    /** Ceremonies of this authority. */
    public Ceremonies(
            CertificateAuthority authority,
            RoleCredentials credentials,
            RevocationLists lists,
            AuditTrail audit,
            TransactionTemplate transactions) {
        this.authority = authority;
        this.credentials = credentials;
        this.lists = lists;
        this.audit = audit;
        this.transactions = transactions;
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

    /** The rotation has happened: what fails now is done again by the schedule, and the present certificates still hold. */
    private void renewOwn() {
        try {
            credentials.renewWhereDue();
        } catch (RuntimeException e) {
            LOG.error("Could not renew the server's certificates after the rotation; trying again in a minute", e);
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
