package dev.waxwing.server.device;

import dev.waxwing.ca.inventory.CertificateEntry;
import dev.waxwing.ca.inventory.CertificateRole;
import dev.waxwing.ca.inventory.Inventory;
import dev.waxwing.ca.web.Page;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Finds devices. */
@Component
public final class Devices {

    private static final String CLASSIC = "classic";

    private static final String SELECT =
            "SELECT device.name, device.trust_level, device.last_seen_at, device.removed_at FROM device ";

    /** What {@link #device} decides, for those who look for one state: it goes through all devices. */
    private static final String STANDING = """
          LEFT JOIN certificate newest ON newest.serial_number =
                    (SELECT serial_number FROM certificate
                      WHERE certificate.name = device.name AND role = 'DEVICE' AND state = 'issued'
                        AND NOT EXISTS (SELECT 1 FROM renewal
                                         WHERE renewal.serial_number = certificate.serial_number AND used_at IS NULL)
                      ORDER BY created_at DESC, serial_number FETCH FIRST ROW ONLY)
          LEFT JOIN classic_device classic ON classic.name = device.name AND classic.disabled_at IS NULL
         WHERE CASE WHEN device.removed_at >= COALESCE(newest.created_at, device.removed_at) THEN 'removed'
                    WHEN device.trust_level = 'classic'
                    THEN CASE WHEN classic.name IS NULL THEN 'disabled' ELSE 'active' END
                    WHEN newest.serial_number IS NULL OR newest.revoked_at IS NOT NULL THEN 'revoked'
                    WHEN newest.not_after < :now THEN 'expired'
                    WHEN newest.superseded_by IS NULL AND newest.expiring_from <= :now THEN 'expiring'
                    ELSE 'active' END = :state
        """;

    private final JdbcClient jdbc;
    private final Inventory inventory;
    private final Clock clock;

    Devices(JdbcClient jdbc, Inventory inventory, Clock clock) {
        this.jdbc = jdbc;
        this.inventory = inventory;
        this.clock = clock;
    }

    /**
     * Devices whose name contains {@code query}, newest first.
     *
     * @param query blank for all
     * @param state only those that stand so; null for all
     * @param page from 0
     * @param size at least 1
     */
    public Page<Device> page(String query, @Nullable DeviceState state, int page, int size) {
        Map<String, Object> match = new HashMap<>();
        String where = where(query, state, match);
        List<Row> rows = jdbc.sql(SELECT + where
                        + " ORDER BY device.created_at DESC, device.name OFFSET :offset ROWS FETCH NEXT :size"
                        + " ROWS ONLY")
                .params(match)
                .param("offset", (long) page * size)
                .param("size", size)
                .query(Devices::row)
                .list();
        return Page.of(
                devices(rows),
                page,
                size,
                () -> jdbc.sql("SELECT COUNT(*) FROM device " + where)
                        .params(match)
                        .query(Long.class)
                        .single());
    }

    private String where(String query, @Nullable DeviceState state, Map<String, Object> match) {
        String wanted = query.strip().toLowerCase(Locale.ROOT);
        String named = wanted.isEmpty() ? "" : "device.name LIKE :part ESCAPE '!'";
        if (!wanted.isEmpty()) {
            match.put("part", "%" + literal(wanted) + "%");
        }
        if (state == null) {
            return named.isEmpty() ? "" : "WHERE " + named;
        }
        match.put("state", state.word());
        match.put("now", clock.instant().atOffset(ZoneOffset.UTC));
        return named.isEmpty() ? STANDING : STANDING + " AND " + named;
    }

    /** How many devices there are. */
    public long count() {
        return jdbc.sql("SELECT COUNT(*) FROM device").query(Long.class).single();
    }

    /** Which of these names devices have. */
    public Set<String> known(Collection<String> names) {
        if (names.isEmpty()) {
            return Set.of();
        }
        return jdbc.sql("SELECT name FROM device WHERE name IN (:names)")
                .param("names", names)
                .query((row, _) -> row.getString("name"))
                .set();
    }

    /** The device with this name. */
    public Optional<Device> find(String name) {
        List<Row> rows = jdbc.sql(SELECT + "WHERE name = :name")
                .param("name", name)
                .query(Devices::row)
                .list();
        return devices(rows).stream().findFirst();
    }

    /** A page asks for the certificates of all its devices at once. */
    private List<Device> devices(List<Row> rows) {
        Map<String, CertificateEntry> newest =
                inventory.newestOf(rows.stream().map(Row::name).toList(), CertificateRole.DEVICE);
        Set<String> enabled = enabledForClassic(
                rows.stream().filter(Row::isClassic).map(Row::name).toList());
        return rows.stream()
                .map(row -> device(row, newest.get(row.name()), enabled))
                .toList();
    }

    private Set<String> enabledForClassic(List<String> names) {
        if (names.isEmpty()) {
            return Set.of();
        }
        return jdbc.sql("SELECT name FROM classic_device WHERE name IN (:names) AND disabled_at IS NULL")
                .param("names", names)
                .query((row, _) -> row.getString("name"))
                .set();
    }

    private static Device device(Row row, @Nullable CertificateEntry newest, Set<String> enabled) {
        DeviceState state;
        if (row.isRemoved(newest)) {
            state = DeviceState.REMOVED;
        } else if (row.isClassic()) {
            state = enabled.contains(row.name()) ? DeviceState.ACTIVE : DeviceState.DISABLED;
        } else {
            state = newest == null ? DeviceState.REVOKED : state(newest);
        }
        return new Device(
                row.name(),
                state,
                row.trustLevel(),
                row.lastSeenAt(),
                newest == null ? null : newest.serialNumber().toString(),
                newest == null ? null : newest.notAfter());
    }

    private static DeviceState state(CertificateEntry newest) {
        return switch (newest.status()) {
            // What has taken the place of a superseded one is newer, so the newest is none.
            case VALID, SUPERSEDED -> DeviceState.ACTIVE;
            case EXPIRING -> DeviceState.EXPIRING;
            case EXPIRED -> DeviceState.EXPIRED;
            case REVOKED -> DeviceState.REVOKED;
        };
    }

    private static String literal(String text) {
        return text.replace("!", "!!").replace("%", "!%").replace("_", "!_");
    }

    private static Row row(ResultSet row, int number) throws SQLException {
        return new Row(
                row.getString("name"),
                row.getString("trust_level"),
                instant(row, "last_seen_at"),
                instant(row, "removed_at"));
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime at = row.getObject(column, OffsetDateTime.class);
        return at == null ? null : at.toInstant();
    }

    private record Row(
            String name,
            String trustLevel,
            @Nullable Instant lastSeenAt,
            @Nullable Instant removedAt) {

        /** A certificate that was ordered later is that of a successor. */
        boolean isRemoved(@Nullable CertificateEntry newest) {
            return removedAt != null && (newest == null || !newest.createdAt().isAfter(removedAt));
        }

        boolean isClassic() {
            return trustLevel.equals(CLASSIC);
        }
    }
}
