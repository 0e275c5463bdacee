package dev.waxwing.server.device;

import dev.waxwing.ca.web.Page;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Finds devices. */
@Component
public final class Devices {

    private final JdbcClient jdbc;

    Devices(JdbcClient jdbc) {
        this.jdbc = jdbc;
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
        long total = jdbc.sql("SELECT COUNT(*) FROM device " + where)
                .params(match)
                .query(Long.class)
                .single();
        List<Device> items = jdbc.sql("SELECT * FROM device " + where
                        + " ORDER BY created_at DESC, name OFFSET :offset ROWS FETCH NEXT :size ROWS ONLY")
                .params(match)
                .param("offset", (long) page * size)
                .param("size", size)
                .query(Devices::device)
                .list();
        return new Page<>(items, page, size, total);
    }

    /** The device with this name. */
    public Optional<Device> find(String name) {
        return jdbc.sql("SELECT * FROM device WHERE name = :name")
                .param("name", name)
                .query(Devices::device)
                .optional();
    }

    private static Device device(ResultSet row, int number) throws SQLException {
        OffsetDateTime lastSeen = row.getObject("last_seen_at", OffsetDateTime.class);
        return new Device(
                row.getString("name"),
                DeviceState.ACTIVE,
                row.getString("trust_level"),
                lastSeen == null ? null : lastSeen.toInstant(),
                row.getString("serial_number"));
    }

    private static String literal(String text) {
        return text.replace("!", "!!").replace("%", "!%").replace("_", "!_");
    }
}
