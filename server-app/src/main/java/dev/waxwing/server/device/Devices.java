package dev.waxwing.server.device;

import dev.waxwing.ca.inventory.CertificateEntry;
import dev.waxwing.ca.inventory.CertificateRole;
import dev.waxwing.ca.inventory.Inventory;
import dev.waxwing.ca.web.Page;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
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

    private final JdbcClient jdbc;
    private final Inventory inventory;

    Devices(JdbcClient jdbc, Inventory inventory) {
        this.jdbc = jdbc;
        this.inventory = inventory;
    }

    /**
     * Devices whose name contains {@code query}, newest first.
     *
     * @param query blank for all
     * @param page from 0
     * @param size at least 1
     */
    public Page<Device> page(String query, int page, int size) {
        String wanted = query.strip().toLowerCase(Locale.ROOT);
        String where = wanted.isEmpty() ? "" : "WHERE name LIKE :part ESCAPE '!'";
        Map<String, Object> match = wanted.isEmpty() ? Map.of() : Map.of("part", "%" + literal(wanted) + "%");
        List<Row> rows = jdbc.sql("SELECT name, trust_level, last_seen_at, removed_at FROM device " + where
                        + " ORDER BY created_at DESC, name OFFSET :offset ROWS FETCH NEXT :size ROWS ONLY")
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
        List<Row> rows = jdbc.sql("SELECT name, trust_level, last_seen_at, removed_at FROM device WHERE name = :name")
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
                newest == null ? null : newest.serialNumber().toString());
    }

    private static DeviceState state(CertificateEntry newest) {
        return switch (newest.status()) {
            case VALID, EXPIRING -> DeviceState.ACTIVE;
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
