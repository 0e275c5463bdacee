package dev.waxwing.server.device;

import dev.waxwing.ca.inventory.CertificateEntry;
import dev.waxwing.ca.inventory.CertificateRole;
import dev.waxwing.ca.inventory.Inventory;
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
        long total = jdbc.sql("SELECT COUNT(*) FROM device " + where)
                .params(match)
                .query(Long.class)
                .single();
        List<Device> items = jdbc.sql("SELECT * FROM device " + where
                        + " ORDER BY created_at DESC, name OFFSET :offset ROWS FETCH NEXT :size ROWS ONLY")
                .params(match)
                .param("offset", (long) page * size)
                .param("size", size)
                .query(this::device)
                .list();
        return new Page<>(items, page, size, total);
    }

    /** The device with this name. */
    public Optional<Device> find(String name) {
        return jdbc.sql("SELECT * FROM device WHERE name = :name")
                .param("name", name)
                .query(this::device)
                .optional();
    }

    private Device device(ResultSet row, int number) throws SQLException {
        String name = row.getString("name");
        String trustLevel = row.getString("trust_level");
        OffsetDateTime lastSeen = row.getObject("last_seen_at", OffsetDateTime.class);
        Optional<CertificateEntry> newest =
                inventory.ofName(name, CertificateRole.DEVICE).stream().findFirst();
        return new Device(
                name,
                trustLevel.equals(CLASSIC)
                        ? classicState(name)
                        : newest.map(Devices::state).orElse(DeviceState.REVOKED),
                trustLevel,
                lastSeen == null ? null : lastSeen.toInstant(),
                newest.map(entry -> entry.serialNumber().toString()).orElse(null));
    }

    private DeviceState classicState(String name) {
        boolean enabled = jdbc.sql("SELECT COUNT(*) FROM classic_device WHERE name = :name AND disabled_at IS NULL")
                        .param("name", name)
                        .query(Long.class)
                        .single()
                > 0;
        return enabled ? DeviceState.ACTIVE : DeviceState.DISABLED;
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
}
