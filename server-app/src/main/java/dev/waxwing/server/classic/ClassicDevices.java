package dev.waxwing.server.classic;

import dev.waxwing.ca.audit.AuditEvent;
import dev.waxwing.ca.audit.AuditTrail;
import dev.waxwing.wire.Bytes;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The operator's list of devices that may use classic. The database is asked each time, so a change counts at once. Any thread
 * may call.
 */
@Component
public final class ClassicDevices {

    private static final String SELECT = """
        SELECT c.*, d.last_seen_at FROM classic_device c LEFT JOIN device d ON d.name = c.name
        """;

    private final JdbcClient jdbc;
    private final TransactionTemplate transactions;
    private final AuditTrail audit;
    private final ApplicationEventPublisher events;
    private final Clock clock;

    ClassicDevices(
            JdbcClient jdbc,
            TransactionTemplate transactions,
            AuditTrail audit,
            ApplicationEventPublisher events,
            Clock clock) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.audit = audit;
        this.events = events;
        this.clock = clock;
    }

    /** All of them, newest first. */
    public List<ClassicDevice> all() {
        return jdbc.sql(SELECT + " ORDER BY c.added_at DESC, c.name")
                .query(ClassicDevices::device)
                .list();
    }

    /** The device of this name, if it is listed. */
    public Optional<ClassicDevice> find(String name) {
        return jdbc.sql(SELECT + " WHERE c.name = :name")
                .param("name", name)
                .query(ClassicDevices::device)
                .optional();
    }

    /** Whether a device of this name may come with this key. Joins the caller's transaction. */
    boolean admits(String name, Bytes publicKey) {
        return find(name)
                        .filter(ClassicDevice::isEnabled)
                        .filter(device -> device.publicKey().equals(publicKey))
                        .isPresent()
                && !hasCompletedWxp2(name);
    }

    /** Whether a device of this name has ever completed WXP/2: then it never comes by classic again. */
    boolean hasCompletedWxp2(String name) {
        return jdbc.sql("SELECT COUNT(*) FROM device WHERE name = :name AND trust_level = 'wxp2'")
                        .param("name", name)
                        .query(Long.class)
                        .single()
                > 0;
    }

    /** Whether a device of this name was removed, which had sent something. */
    private boolean wasRemoved(String name) {
        return jdbc.sql("SELECT COUNT(*) FROM device WHERE name = :name AND removed_at IS NOT NULL")
                        .param("name", name)
                        .query(Long.class)
                        .single()
                > 0;
    }

    /** A device is, or was until now, connected. */
    void seen(String name) {
        jdbc.sql("UPDATE device SET last_seen_at = :now WHERE name = :name")
                .param("name", name)
                .param("now", now())
                .update();
    }

    /**
     * Adds a device, or gives it another key.
     *
     * @param replace whether there may be one of that name
     * @param actor who wants it
     */
    Addition add(String name, Bytes publicKey, boolean replace, String actor) {
        Addition addition = transactions.execute(_ -> addOnce(name, publicKey, replace, actor));
        if (addition == Addition.DONE) {
            events.publishEvent(new ClassicDeviceChanged(name, true));
        }
        return addition;
    }

    private Addition addOnce(String name, Bytes publicKey, boolean replace, String actor) {
        if (hasCompletedWxp2(name)) {
            return Addition.HAS_COMPLETED_WXP2;
        }
        boolean listed = find(name).isPresent();
        if ((listed || wasRemoved(name)) && !replace) {
            return Addition.NAME_TAKEN;
        }
        OffsetDateTime now = now();
        String write = listed
                ? "UPDATE classic_device SET public_key = :key, added_at = :now, added_by = :actor, disabled_at = NULL"
                        + " WHERE name = :name"
                : "INSERT INTO classic_device (name, public_key, added_at, added_by)"
                        + " VALUES (:name, :key, :now, :actor)";
        jdbc.sql(write)
                .param("name", name)
                .param("key", publicKey.toArray())
                .param("now", now)
                .param("actor", actor)
                .update();
        if (count("device", name) == 0) {
            jdbc.sql("INSERT INTO device (name, trust_level, created_at) VALUES (:name, 'classic', :now)")
                    .param("name", name)
                    .param("now", now)
                    .update();
        } else {
            // What it would come with decides nothing any more, and its end is nobody's concern.
            jdbc.sql("UPDATE device SET removed_at = NULL, trust_level = 'classic', serial_number = NULL,"
                            + " newest = NULL, certificate_ends = NULL WHERE name = :name AND trust_level <> 'wxp2'")
                    .param("name", name)
                    .update();
        }
        audit.record(AuditEvent.success(
                actor, listed ? "classic.device.replaced" : "classic.device.added", name, "a kit with a new key"));
        return Addition.DONE;
    }

    /**
     * Keeps a device out, or lets it in again. Its live session ends.
     *
     * @return false if there is none of this name, or it has left for WXP/2
     */
    public boolean setDisabled(String name, boolean disabled, String actor) {
        return changed(name, transactions.execute(_ -> {
            boolean done =
                    jdbc.sql("UPDATE classic_device SET disabled_at = :at WHERE name = :name AND pinned_at IS NULL")
                                    .param("name", name)
                                    .param("at", disabled ? now() : null)
                                    .update()
                            == 1;
            if (done) {
                String action = disabled ? "classic.device.disabled" : "classic.device.enabled";
                audit.record(AuditEvent.success(actor, action, name, null).changing(state(!disabled), state(disabled)));
            }
            return done;
        }));
    }

    /**
     * Takes a device off the list: its key is forgotten. What it sent stays. Its live session ends.
     *
     * @return false if there is none of this name
     */
    public boolean remove(String name, String actor) {
        return changed(name, transactions.execute(_ -> {
            boolean done = jdbc.sql("DELETE FROM classic_device WHERE name = :name")
                            .param("name", name)
                            .update()
                    == 1;
            if (done) {
                awaitByCertificate(name);
                jdbc.sql("DELETE FROM device WHERE name = :name AND trust_level = 'classic'"
                                + " AND NOT EXISTS (SELECT 1 FROM transfer WHERE transfer.device = :name)")
                        .param("name", name)
                        .update();
                audit.record(AuditEvent.success(actor, "classic.device.removed", name, null));
            }
            return done;
        }));
    }

    /** Who has sent nothing by classic, and has a certificate that holds, is a device still: one that has not come yet. */
    private void awaitByCertificate(String name) {
        jdbc.sql("""
            UPDATE device SET trust_level = 'none', (serial_number, newest, certificate_ends) =
                   (SELECT serial_number, serial_number, not_after FROM certificate
                     WHERE certificate.name = :name AND role = 'DEVICE' AND state = 'issued'
                       AND revoked_at IS NULL AND not_after > :now
                     ORDER BY created_at DESC, serial_number FETCH FIRST ROW ONLY)
             WHERE name = :name AND trust_level = 'classic'
               AND NOT EXISTS (SELECT 1 FROM transfer WHERE transfer.device = :name)
               AND EXISTS (SELECT 1 FROM certificate
                            WHERE certificate.name = :name AND role = 'DEVICE' AND state = 'issued'
                              AND revoked_at IS NULL AND not_after > :now)
            """).param("name", name).param("now", now()).update();
    }

    private static String state(boolean disabled) {
        return disabled ? "disabled" : "enabled";
    }

    private boolean changed(String name, @Nullable Boolean done) {
        if (Boolean.TRUE.equals(done)) {
            events.publishEvent(new ClassicDeviceChanged(name, true));
            return true;
        }
        return false;
    }

    private long count(String table, String name) {
        return jdbc.sql("SELECT COUNT(*) FROM " + table + " WHERE name = :name")
                .param("name", name)
                .query(Long.class)
                .single();
    }

    private OffsetDateTime now() {
        return clock.instant().atOffset(ZoneOffset.UTC);
    }

    private static ClassicDevice device(ResultSet row, int number) throws SQLException {
        return new ClassicDevice(
                row.getString("name"),
                Bytes.of(row.getBytes("public_key")),
                row.getObject("added_at", OffsetDateTime.class).toInstant(),
                row.getString("added_by"),
                instant(row, "disabled_at"),
                instant(row, "pinned_at"),
                instant(row, "last_seen_at"));
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime at = row.getObject(column, OffsetDateTime.class);
        return at == null ? null : at.toInstant();
    }

    /** What adding came to. */
    enum Addition {
        DONE,
        NAME_TAKEN,
        HAS_COMPLETED_WXP2
    }
}
