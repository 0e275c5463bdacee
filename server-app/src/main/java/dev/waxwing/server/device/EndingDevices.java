package dev.waxwing.server.device;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Finds the devices whose certificate has ended, or ends soon: of each the one that counts for it, as in {@link Devices}. One that was
 * removed is not among them, nor one whose certificate is revoked. Any thread may call.
 */
@Component
public final class EndingDevices {

    private static final Duration WEEK = Duration.ofDays(7);
    private static final Duration MONTH = Duration.ofDays(30);

    /** No certificate counts as expiring more than 30 days before its end. */
    private static final String JOINED = """
          FROM device LEFT JOIN certificate ON certificate.serial_number = device.newest
         WHERE device.certificate_ends <= :month AND certificate.revoked_at IS NULL
           AND certificate.superseded_by IS NULL
           AND (device.removed_at IS NULL OR certificate.created_at > device.removed_at)
        """;

    private final JdbcClient jdbc;
    private final Clock clock;

    EndingDevices(JdbcClient jdbc, Clock clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    /**
     * How many devices there are whose certificate
     *
     * @param expired has ended
     * @param overdue should have been renewed by now and was not
     * @param withinWeek ends in the next 7 days
     * @param withinMonth ends in the next 30 days
     */
    public record Numbers(long expired, long overdue, long withinWeek, long withinMonth) {}

    /**
     * A device whose certificate has ended or ends.
     *
     * @param name its name
     * @param serialNumber of that certificate, lower-case hex
     * @param ends when
     * @param lastSeenAt when it was last connected, null if never
     */
    public record Ending(
            String name,
            String serialNumber,
            Instant ends,
            @Nullable Instant lastSeenAt) {}

    /** How many there are. One question. */
    public Numbers numbers() {
        return jdbc.sql("""
            SELECT COUNT(CASE WHEN device.certificate_ends < :now THEN 1 END) AS expired,
                   COUNT(CASE WHEN device.certificate_ends >= :now AND certificate.expiring_from <= :now THEN 1 END)
                       AS overdue,
                   COUNT(CASE WHEN device.certificate_ends >= :now AND device.certificate_ends < :week THEN 1 END)
                       AS within_week,
                   COUNT(CASE WHEN device.certificate_ends >= :now THEN 1 END) AS within_month
            """ + JOINED)
                .params(times())
                .query((row, _) -> new Numbers(
                        row.getLong("expired"),
                        row.getLong("overdue"),
                        row.getLong("within_week"),
                        row.getLong("within_month")))
                .single();
    }

    /** Those that have ended, the last to end first. */
    public List<Ending> expired(int most) {
        return list("AND device.certificate_ends < :now ORDER BY device.certificate_ends DESC, device.name", most);
    }

    /** Those that should have been renewed by now, the next to end first. */
    public List<Ending> overdue(int most) {
        return list(
                "AND device.certificate_ends >= :now AND certificate.expiring_from <= :now"
                        + " ORDER BY device.certificate_ends, device.name",
                most);
    }

    private List<Ending> list(String which, int most) {
        return jdbc.sql("SELECT device.name, device.newest, device.certificate_ends, device.last_seen_at " + JOINED
                        + which + " FETCH FIRST :most ROWS ONLY")
                .params(times())
                .param("most", most)
                .query(EndingDevices::ending)
                .list();
    }

    private Map<String, OffsetDateTime> times() {
        OffsetDateTime now = clock.instant().atOffset(ZoneOffset.UTC);
        return Map.of("now", now, "week", now.plus(WEEK), "month", now.plus(MONTH));
    }

    private static Ending ending(ResultSet row, int number) throws SQLException {
        OffsetDateTime lastSeen = row.getObject("last_seen_at", OffsetDateTime.class);
        return new Ending(
                row.getString("name"),
                row.getString("newest"),
                row.getObject("certificate_ends", OffsetDateTime.class).toInstant(),
                lastSeen == null ? null : lastSeen.toInstant());
    }
}
