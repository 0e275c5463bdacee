package dev.waxwing.server.backup;

import dev.waxwing.ca.audit.AuditEvent;
import dev.waxwing.ca.authority.CertificateAuthority;
import dev.waxwing.ca.authority.DataDirectory;
import dev.waxwing.ca.enrollment.Invites;
import dev.waxwing.ca.enrollment.Readmissions;
import dev.waxwing.ca.revocation.ListNumberJump;
import dev.waxwing.server.account.RestoredAccounts;
import dev.waxwing.server.audit.AuditChain;
import dev.waxwing.server.audit.AuditLog;
import dev.waxwing.server.audit.ChainCheck;
import dev.waxwing.server.backup.Extraction.Extracted;
import dev.waxwing.wire.Quantity;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Set;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationState;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Makes a restored state fit to go on from, before it is put in place: it went back in time, so whatever could be used once may have
 * been used since, and numbers that only ascend must be beyond those given out since.
 */
@Component
public final class Aftermath {

    private static final Set<MigrationState> UNKNOWN = Set.of(
            MigrationState.FUTURE_SUCCESS,
            MigrationState.FUTURE_FAILED,
            MigrationState.MISSING_SUCCESS,
            MigrationState.MISSING_FAILED);

    private final DataDirectory directory;
    private final Flyway flyway;
    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final CertificateAuthority authority;
    private final Invites invites;
    private final Readmissions readmissions;
    private final RestoredAccounts accounts;
    private final Restorations restorations;
    private final AuditChain audit;
    private final AuditLog log;
    private final Clock clock;

    Aftermath(
            DataDirectory directory,
            Flyway flyway,
            JdbcClient jdbc,
            TransactionTemplate transaction,
            CertificateAuthority authority,
            Invites invites,
            Readmissions readmissions,
            RestoredAccounts accounts,
            Restorations restorations,
            AuditChain audit,
            AuditLog log,
            Clock clock) {
        this.directory = directory;
        this.flyway = flyway;
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.authority = authority;
        this.invites = invites;
        this.readmissions = readmissions;
        this.accounts = accounts;
        this.restorations = restorations;
        this.audit = audit;
        this.log = log;
        this.clock = clock;
    }

    /**
     * Checks the state and settles what follows from its going back.
     *
     * @return what was done, in words for the operator
     * @throws BackupException when the state is not whole or not of this version
     */
    String settle(Extracted extracted, String actor) throws IOException {
        if (!EmbeddedDatabase.isBelow(directory.dataDir(), jdbc)) {
            throw new BackupException("The database that is configured is not the one in the backup.");
        }
        requireKnownSchema();
        requireSame(extracted.manifest());
        requireWholeTrail(extracted.manifest());
        String done = transaction.execute(_ -> settled(extracted, actor));
        return String.valueOf(done);
    }

    private void requireKnownSchema() throws BackupException {
        if (Arrays.stream(flyway.info().all()).anyMatch(each -> UNKNOWN.contains(each.getState()))) {
            throw new BackupException(
                    "The backup's database is of a newer version of Waxwing. Restore it with that one.");
        }
    }

    private void requireSame(BackupManifest manifest) throws BackupException {
        String root = HexFormat.of().formatHex(authority.rootSpkiSha256());
        if (!root.equals(manifest.rootSpkiSha256())) {
            throw new BackupException("The backup's keys are not those of the root that its manifest names.");
        }
    }

    private void requireWholeTrail(BackupManifest manifest) throws BackupException {
        ChainCheck check = log.verify();
        if (!check.intact()) {
            throw new BackupException("The audit trail in the backup is broken at entry " + check.brokenAt()
                    + ". Restore another backup.");
        }
        long id = manifest.auditHead().id();
        if (!log.hashOf(id).filter(manifest.auditHead().hash()::equals).isPresent()) {
            throw new BackupException("The audit trail in the backup is not the one that its manifest names.");
        }
    }

    private String settled(Extracted extracted, String actor) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        Instant backupAt = extracted.manifest().takenAt();
        int inviting = invites.voidUnsigned();
        int lettingIn = readmissions.voidUnsigned();
        RestoredAccounts.Voided voided = accounts.voidAll(now);
        ListNumberJump.raise(jdbc, now);
        restorations.add(now, backupAt, extracted.fileSha256());
        String done = "%s, %s, %s, %s and %s are void"
                .formatted(
                        Quantity.of(inviting, "invite"),
                        new Quantity(lettingIn, "permission to come back", "permissions to come back"),
                        Quantity.of(voided.tokens(), "API token"),
                        Quantity.of(voided.setupLinks(), "set-up link"),
                        Quantity.of(voided.temporaryPasswords(), "temporary password"));
        audit.record(AuditEvent.success(
                actor,
                "server.restored",
                "backup of " + backupAt,
                "backup file with SHA-256 " + extracted.fileSha256() + "; " + done));
        return done;
    }
}
