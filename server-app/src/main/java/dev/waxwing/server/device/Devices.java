package dev.waxwing.server.device;

import dev.waxwing.ca.inventory.CertificateEntry;
import dev.waxwing.ca.inventory.Inventory;
import dev.waxwing.ca.inventory.SerialNumber;
import dev.waxwing.ca.web.Page;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Finds devices. How one stands is said by its newest certificate, except one by renewal that it has not used: that one counts for it,
 * whatever it comes with.
 */
@Component
public final class Devices {

    private static final String CLASSIC = "classic";

    private static final String SELECT =
            "SELECT device.name, device.trust_level, device.last_seen_at, device.removed_at, device.newest FROM"
                    + " device ";

    private static final Duration LONGEST_NOTICE = Duration.ofDays(30);

    private static final String JOINED = """
          LEFT JOIN certificate newest ON newest.serial_number = device.newest
          LEFT JOIN classic_device classic ON classic.name = device.name AND classic.disabled_at IS NULL
        """;

    private static final String PRESENT = " AND (device.removed_at IS NULL OR newest.created_at > device.removed_at)";
    private static final String CERTIFIED = PRESENT + " AND device.trust_level <> 'classic'";

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
        return Page.of(devices(rows), page, size, () -> count(query, state));
    }

    private long count(String query, @Nullable DeviceState state) {
        if (state == DeviceState.ACTIVE) {
            // Most devices are: those that are not are counted instead.
            long others = Arrays.stream(DeviceState.values())
                    .filter(other -> other != DeviceState.ACTIVE)
                    .mapToLong(other -> count(query, other))
                    .sum();
            return Math.max(0, count(query, null) - others);
        }
        Map<String, Object> match = new HashMap<>();
        String where = where(query, state, match);
        return jdbc.sql("SELECT COUNT(*) FROM device " + where)
                .params(match)
                .query(Long.class)
                .single();
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
        Instant now = clock.instant();
        match.put("now", now.atOffset(ZoneOffset.UTC));
        match.put("soon", now.plus(LONGEST_NOTICE).atOffset(ZoneOffset.UTC));
        return JOINED + "WHERE " + standing(state) + (named.isEmpty() ? "" : " AND " + named);
    }

    /** What {@link #device} decides, for those who look for one state. What comes first in each is found by an index. */
    private static String standing(DeviceState state) {
        return switch (state) {
            case REMOVED -> """
                device.removed_at > TIMESTAMP WITH TIME ZONE '1970-01-01 00:00:00Z'
                AND (newest.created_at IS NULL OR newest.created_at <= device.removed_at)\
                """;
            case DISABLED -> "device.trust_level = 'classic' AND classic.name IS NULL" + PRESENT;
            case REVOKED -> """
                device.name IN (SELECT other.name FROM certificate revoked
                                  JOIN device other ON other.newest = revoked.serial_number WHERE revoked.reason > ''
                                 UNION ALL SELECT name FROM device WHERE newest IS NULL)\
                """ + CERTIFIED;
            case EXPIRED -> "device.certificate_ends < :now AND newest.revoked_at IS NULL" + CERTIFIED;
            case EXPIRING -> """
                device.certificate_ends >= :now AND device.certificate_ends <= :soon AND newest.revoked_at IS NULL
                AND newest.superseded_by IS NULL AND newest.expiring_from <= :now\
                """ + CERTIFIED;
            case ACTIVE -> """
                (device.trust_level = 'classic' AND classic.name IS NOT NULL
                 OR device.trust_level <> 'classic' AND newest.revoked_at IS NULL AND newest.not_after >= :now
                    AND (newest.superseded_by IS NOT NULL OR newest.expiring_from > :now))\
                """ + PRESENT;
        };
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
        Map<SerialNumber, CertificateEntry> newest = inventory.findAll(
                rows.stream().map(Row::newest).filter(Objects::nonNull).toList());
        Set<String> enabled = enabledForClassic(
                rows.stream().filter(Row::isClassic).map(Row::name).toList());
        return rows.stream()
                .map(row -> device(row, row.newest() == null ? null : newest.get(row.newest()), enabled))
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
                instant(row, "removed_at"),
                Optional.ofNullable(row.getString("newest"))
                        .flatMap(SerialNumber::parse)
                        .orElse(null));
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime at = row.getObject(column, OffsetDateTime.class);
        return at == null ? null : at.toInstant();
    }

    private record Row(
            String name,
            String trustLevel,
            @Nullable Instant lastSeenAt,
            @Nullable Instant removedAt,
            @Nullable SerialNumber newest) {

        /** A certificate that was ordered later is that of a successor. */
        boolean isRemoved(@Nullable CertificateEntry newest) {
            return removedAt != null && (newest == null || !newest.createdAt().isAfter(removedAt));
        }

        boolean isClassic() {
            return trustLevel.equals(CLASSIC);
        }
    }
}
