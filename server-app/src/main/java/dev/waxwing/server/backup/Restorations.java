package dev.waxwing.server.backup;

import dev.waxwing.ca.audit.AuditEvent;
import dev.waxwing.ca.audit.AuditTrail;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The times at which this server went back to a backup. What was done between the backup and the restore is not known here any
 * more: somebody has to do it again, revocations first, and says so.
 */
@Component
public final class Restorations {

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final AuditTrail audit;
    private final Clock clock;

    /** Nothing is restored while a server runs, so what is confirmed once stays so. */
    private volatile boolean allConfirmed;

    Restorations(JdbcClient jdbc, TransactionTemplate transaction, AuditTrail audit, Clock clock) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.audit = audit;
        this.clock = clock;
    }

    /**
     * One of them.
     *
     * @param id its number
     * @param restoredAt when
     * @param backupAt the time that the state went back to
     * @param backupSha256 of the backup file, in hex
     * @param confirmedAt when somebody said that what was done in between was done again, null as long as nobody did
     * @param confirmedBy who
     */
    public record Restoration(
            long id,
            Instant restoredAt,
            Instant backupAt,
            String backupSha256,
            @Nullable Instant confirmedAt,
            @Nullable String confirmedBy) {}

    /** All, the latest first. */
    public List<Restoration> all() {
        List<Restoration> all = jdbc.sql("SELECT * FROM restoration ORDER BY id DESC")
                .query(Restorations::restoration)
                .list();
        allConfirmed = all.stream().allMatch(restoration -> restoration.confirmedAt() != null);
        return all;
    }

    /** Those that nobody has confirmed yet, the latest first. Asks the database only as long as there are any. */
    public List<Restoration> unconfirmed() {
        if (allConfirmed) {
            return List.of();
        }
        return all().stream()
                .filter(restoration -> restoration.confirmedAt() == null)
                .toList();
    }

    /** One by its number. */
    public Optional<Restoration> find(long id) {
        return all().stream().filter(restoration -> restoration.id() == id).findFirst();
    }

    /**
     * Notes that what was done between backup and restore was done again, or that there was nothing. Saying it again changes nothing.
     *
     * @return nothing when there is no such restoration
     */
    public Optional<Restoration> confirm(long id, String actor) {
        transaction.executeWithoutResult(_ -> {
            int confirmed = jdbc.sql("""
                UPDATE restoration SET confirmed_at = :now, confirmed_by = :actor
                 WHERE id = :id AND confirmed_at IS NULL
                """)
                    .param("now", utc(clock.instant()))
                    .param("actor", actor)
                    .param("id", id)
                    .update();
            if (confirmed == 1) {
                audit.record(AuditEvent.success(
                        actor,
                        "restoration.confirmed",
                        String.valueOf(id),
                        "unconfirmed → what was done since the backup was done again"));
            }
        });
        return find(id);
    }

    /** Whether files and rows have not been compared since the last restore. */
    public boolean isMediaUnchecked() {
        return jdbc.sql("SELECT COUNT(*) FROM restoration WHERE media_checked_at IS NULL")
                        .query(Long.class)
                        .single()
                > 0;
    }

    /** Files and rows were compared. */
    public void mediaChecked() {
        jdbc.sql("UPDATE restoration SET media_checked_at = :now WHERE media_checked_at IS NULL")
                .param("now", utc(clock.instant()))
                .update();
    }

    /** Notes a restore. Part of the transaction that makes the restored state fit to go on. */
    void add(Instant restoredAt, Instant backupAt, String backupSha256) {
        allConfirmed = false;
        jdbc.sql("""
            INSERT INTO restoration (restored_at, backup_at, backup_sha256)
            VALUES (:restoredAt, :backupAt, :sha256)
            """)
                .param("restoredAt", utc(restoredAt))
                .param("backupAt", utc(backupAt))
                .param("sha256", backupSha256)
                .update();
    }

    private static Restoration restoration(ResultSet row, int number) throws SQLException {
        OffsetDateTime confirmedAt = row.getObject("confirmed_at", OffsetDateTime.class);
        return new Restoration(
                row.getLong("id"),
                row.getObject("restored_at", OffsetDateTime.class).toInstant(),
                row.getObject("backup_at", OffsetDateTime.class).toInstant(),
                row.getString("backup_sha256"),
                confirmedAt == null ? null : confirmedAt.toInstant(),
                row.getString("confirmed_by"));
    }

    private static OffsetDateTime utc(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }
}
