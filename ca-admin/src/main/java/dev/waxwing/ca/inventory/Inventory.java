package dev.waxwing.ca.inventory;

import dev.waxwing.ca.authority.AuthorityId;
import dev.waxwing.ca.authority.Certificates;
import dev.waxwing.trust.CertificateLife;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.RowMapper;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.core.simple.JdbcClient.StatementSpec;

/**
 * Every certificate of the deployment. All calls join the caller's transaction when there is one; any thread may call.
 *
 * <p>A certificate exists for everybody else from the moment it is issued. Intents that were never signed are not listed, not
 * found and not valid.
 */
public final class Inventory {

    private static final Duration EXPIRING = Duration.ofDays(30);

    /** So many can be put in order for one page. */
    private static final int FEW = 1_000;

    private static final String SELECTED = """
        SELECT serial_number, issuer, subject, name, role, profile, not_before, not_after, expiring_from, spki_sha256,
               issued_by, created_at, revoked_at, reason, superseded_by
          FROM certificate
         WHERE \
        """;

    private static final String COLUMNS = SELECTED + "state = 'issued'";

    /** What {@link #status} decides, in SQL. */
    private static final String STATUS = """
        CASE WHEN revoked_at IS NOT NULL THEN 'REVOKED' WHEN not_after < :now THEN 'EXPIRED'
             WHEN superseded_by IS NOT NULL THEN 'SUPERSEDED' WHEN expiring_from > :now THEN 'VALID' ELSE 'EXPIRING' END\
        """;

    private static final String IN_PLACE = " AND revoked_at IS NULL AND not_after >= :now AND superseded_by IS NULL";

    private static final int[] REVOCATION_TYPES = {
        Types.TIMESTAMP_WITH_TIMEZONE,
        Types.VARCHAR,
        Types.VARCHAR,
        Types.VARCHAR,
        Types.TIMESTAMP_WITH_TIMEZONE,
        Types.VARCHAR
    };

    private final JdbcClient jdbc;
    private final JdbcOperations batches;
    private final Clock clock;

    /** An inventory over this database. */
    public Inventory(JdbcClient jdbc, JdbcOperations batches, Clock clock) {
        this.jdbc = jdbc;
        this.batches = batches;
        this.clock = clock;
    }

    /** Stores that a certificate is about to be signed. */
    public void recordIntent(Intent intent) {
        Instant now = clock.instant();
        jdbc.sql("""
            INSERT INTO certificate (serial_number, issuer, state, subject, name, role, profile, not_before, not_after,
                                     expiring_from, spki_sha256, issued_by, created_at)
            VALUES (:serial, :issuer, 'pending', :subject, :name, :role, :profile, :notBefore, :notAfter, :expiringFrom,
                    :spki, :issuedBy, :now)
            """)
                .param("serial", intent.serialNumber().toString())
                .param("issuer", intent.issuer().toString())
                .param("subject", intent.subject())
                .param("name", intent.name())
                .param("role", intent.role().name())
                .param("profile", intent.profile())
                .param("notBefore", utc(intent.notBefore()))
                .param("notAfter", utc(intent.notAfter()))
                .param("expiringFrom", utc(expiringFrom(new CertificateLife(now, intent.notAfter()))))
                .param("spki", intent.spkiSha256())
                .param("issuedBy", intent.issuedBy())
                .param("now", utc(now))
                .update();
    }

    private static Instant expiringFrom(CertificateLife life) {
        Instant late = life.notAfter().minus(EXPIRING);
        return late.isAfter(life.renewalDue()) ? late : life.renewalDue();
    }

    /**
     * Makes an intent a certificate.
     *
     * @return false when the intent was abandoned in the meantime: the certificate must then not be handed out
     */
    public boolean complete(SerialNumber serialNumber, byte[] der) {
        return jdbc.sql("UPDATE certificate SET state = 'issued', certificate = :der WHERE serial_number ="
                                + " :serial AND state = 'pending'")
                        .param("serial", serialNumber.toString())
                        .param("der", der)
                        .update()
                == 1;
    }

    /**
     * Gives up an intent, so that it can never become a certificate.
     *
     * @return false when it is no intent any more
     */
    public boolean abandon(SerialNumber serialNumber) {
        return jdbc.sql("UPDATE certificate SET state = 'abandoned' WHERE serial_number = :serial AND state ="
                                + " 'pending'")
                        .param("serial", serialNumber.toString())
                        .update()
                == 1;
    }

    /** Whether a certificate of this server's own has this name, neither ended nor revoked, and no device's ever had. */
    public boolean isNameOfServer(String name) {
        return jdbc.sql("""
            SELECT COUNT(CASE WHEN role <> 'DEVICE' AND issued_by = 'system'
                                    AND not_after >= :now AND revoked_at IS NULL THEN 1 END) > 0
                   AND COUNT(CASE WHEN role = 'DEVICE' THEN 1 END) = 0
              FROM certificate WHERE name = :name AND state = 'issued'
            """)
                .param("name", name)
                .param("now", utc(clock.instant()))
                .query(Boolean.class)
                .single();
    }

    /** Gives up whatever is being signed for a name in this role. */
    public void abandonAllOf(String name, CertificateRole role) {
        jdbc.sql("UPDATE certificate SET state = 'abandoned' WHERE name = :name AND role = :role AND state = 'pending'")
                .param("name", name)
                .param("role", role.name())
                .update();
    }

    /** Gives up whatever this authority was signing then. */
    public void abandonAllBy(AuthorityId issuer, Instant then) {
        jdbc.sql("UPDATE certificate SET state = 'abandoned'"
                        + " WHERE issuer = :issuer AND state = 'pending' AND created_at <= :then")
                .param("issuer", issuer.toString())
                .param("then", utc(then))
                .update();
    }

    /**
     * Ends what allows a device to come back with a key whose certificate has ended, also where the device has come already and could
     * ask again.
     *
     * @return false when nothing allowed it
     */
    public boolean endReadmissions(String name) {
        return jdbc.sql("UPDATE readmission SET revoked_at = :now, open_name = NULL"
                                + " WHERE name = :name AND revoked_at IS NULL AND expires_at > :now")
                        .param("name", name)
                        .param("now", utc(clock.instant()))
                        .update()
                > 0;
    }

    /** When an intent was stored that is neither a certificate nor given up, or nothing. */
    public Optional<Instant> intentStoredAt(SerialNumber serialNumber) {
        return jdbc.sql("SELECT created_at FROM certificate WHERE serial_number = :serial AND state = 'pending'")
                .param("serial", serialNumber.toString())
                .query((row, _) -> instant(row, "created_at"))
                .optional();
    }

    /** Gives up all intents older than {@code age}: what was being signed when a process was killed. */
    public int abandonOlderThan(Duration age) {
        return jdbc.sql("UPDATE certificate SET state = 'abandoned' WHERE state = 'pending' AND created_at < :limit")
                .param("limit", utc(clock.instant().minus(age)))
                .update();
    }

    /** The entry of an issued certificate, or nothing. */
    public Optional<CertificateEntry> find(SerialNumber serialNumber) {
        return jdbc.sql(COLUMNS + " AND serial_number = :serial")
                .param("serial", serialNumber.toString())
                .query(entries())
                .optional();
    }

    /** The issued certificates of these serial numbers. */
    public Map<SerialNumber, X509Certificate> certificates(Collection<SerialNumber> serialNumbers) {
        Map<SerialNumber, X509Certificate> certificates = new HashMap<>();
        if (!serialNumbers.isEmpty()) {
            jdbc.sql("SELECT serial_number, certificate FROM certificate"
                            + " WHERE state = 'issued' AND serial_number IN (:serials)")
                    .param(
                            "serials",
                            serialNumbers.stream().map(SerialNumber::toString).toList())
                    .query((ResultSet row) -> {
                        certificates.put(serialNumber(row), parse(row.getBytes("certificate")));
                    });
        }
        return certificates;
    }

    /** Which of these serial numbers, as they are spelled, issued certificates have. */
    public Set<String> known(Collection<String> serialNumbers) {
        if (serialNumbers.isEmpty()) {
            return Set.of();
        }
        return jdbc.sql("SELECT serial_number FROM certificate WHERE state = 'issued' AND serial_number IN"
                        + " (:serials)")
                .param("serials", serialNumbers)
                .query((row, _) -> row.getString("serial_number"))
                .set();
    }

    /** The entries of those of these certificates that are issued. */
    public Map<SerialNumber, CertificateEntry> findAll(Collection<SerialNumber> serialNumbers) {
        Map<SerialNumber, CertificateEntry> found = new HashMap<>();
        if (!serialNumbers.isEmpty()) {
            jdbc.sql(COLUMNS + " AND serial_number IN (:serials)")
                    .param(
                            "serials",
                            serialNumbers.stream().map(SerialNumber::toString).toList())
                    .query(entries())
                    .list()
                    .forEach(entry -> found.put(entry.serialNumber(), entry));
        }
        return found;
    }

    /** The issued certificate itself, or nothing. */
    public Optional<X509Certificate> certificate(SerialNumber serialNumber) {
        return jdbc.sql("SELECT certificate FROM certificate WHERE state = 'issued' AND serial_number = :serial")
                .param("serial", serialNumber.toString())
                .query((row, _) -> parse(row.getBytes("certificate")))
                .optional();
    }

    /**
     * What a peer presented, as the inventory has it.
     *
     * @param certificate the certificate
     * @param supersededBy the certificate that has taken its place, or null
     */
    public record Presented(
            X509Certificate certificate, @Nullable SerialNumber supersededBy) {}

    /** The issued certificate itself and whether another has taken its place, in one question; or nothing. */
    public Optional<Presented> presented(SerialNumber serialNumber) {
        return jdbc.sql("SELECT certificate, superseded_by FROM certificate"
                        + " WHERE state = 'issued' AND serial_number = :serial")
                .param("serial", serialNumber.toString())
                .query((row, _) -> new Presented(parse(row.getBytes("certificate")), supersededBy(row)))
                .optional();
    }

    /** Whether this is an issued certificate whose place no other has taken; revoked or not. */
    public boolean isInPlace(SerialNumber serialNumber) {
        return jdbc.sql("SELECT serial_number FROM certificate"
                        + " WHERE serial_number = :serial AND state = 'issued' AND superseded_by IS NULL")
                .param("serial", serialNumber.toString())
                .query((row, _) -> row.getString("serial_number"))
                .optional()
                .isPresent();
    }

    /** Notes that another certificate has taken the place of this one, unless one has before. */
    public void supersede(SerialNumber former, SerialNumber by) {
        jdbc.sql("UPDATE certificate SET superseded_by = :by, superseded_at = :now"
                        + " WHERE serial_number = :former AND state = 'issued' AND superseded_by IS NULL")
                .param("by", by.toString())
                .param("now", utc(clock.instant()))
                .param("former", former.toString())
                .update();
    }

    /** All issued certificates of this name and role, newest first. */
    public List<CertificateEntry> ofName(String name, CertificateRole role) {
        return jdbc.sql(COLUMNS + " AND name = :name AND role = :role ORDER BY created_at DESC, serial_number")
                .param("name", name)
                .param("role", role.name())
                .query(entries())
                .list();
    }

    /** All issued certificates of this key, newest first. */
    public List<CertificateEntry> ofKey(String spkiSha256) {
        return jdbc.sql(COLUMNS + " AND spki_sha256 = :spki ORDER BY created_at DESC, serial_number")
                .param("spki", spkiSha256)
                .query(entries())
                .list();
    }

    /**
     * One page of what a search finds, newest first. Few of a status are found by an index of that; of many there are some everywhere,
     * and the order of all is that of an index, which begins with the state that is the same in all.
     */
    public List<CertificateEntry> list(CertificateSearch search) {
        CertificateStatus status = search.status();
        boolean isOfMost = status == null || status == CertificateStatus.VALID;
        long those = isOfMost ? Long.MAX_VALUE : count(new CertificateSearch(null, status, 0, 1));
        if (those == 0) {
            return List.of();
        }
        Map<String, Object> parameters = new HashMap<>();
        String sql = those <= FEW
                ? SELECTED + conditions(search, parameters) + " ORDER BY created_at DESC, serial_number"
                : COLUMNS + named(search, parameters) + status(search, parameters)
                        + " ORDER BY state, created_at DESC, serial_number";
        parameters.put("offset", (long) search.page() * search.size());
        parameters.put("size", search.size());
        return jdbc.sql(sql + " OFFSET :offset ROWS FETCH NEXT :size ROWS ONLY")
                .params(parameters)
                .query(entries())
                .list();
    }

    /** How many certificates a search finds on all its pages. */
    public long count(CertificateSearch search) {
        CertificateStatus status = search.status();
        boolean isNamed = isNamed(search);
        if (status == null && !isNamed) {
            return countAll();
        }
        if (status == CertificateStatus.EXPIRED && !isNamed) {
            return countAll() - countUnended() - countRevokedAndEnded();
        }
        Map<String, Object> parameters = new HashMap<>();
        String sql = "SELECT COUNT(*) FROM certificate WHERE " + conditions(search, parameters);
        return jdbc.sql(sql).params(parameters).query(Long.class).single();
    }

    private long countUnended() {
        return jdbc.sql("SELECT COUNT(*) FROM certificate WHERE state = 'issued' AND not_after >= :now")
                .param("now", utc(clock.instant()))
                .query(Long.class)
                .single();
    }

    private long countRevokedAndEnded() {
        return jdbc.sql("SELECT COUNT(*) FROM certificate WHERE reason > '' AND not_after < :now")
                .param("now", utc(clock.instant()))
                .query(Long.class)
                .single();
    }

    /** A database knows how many rows a table has; what is not issued is little. */
    private long countAll() {
        return jdbc.sql("""
            SELECT (SELECT COUNT(*) FROM certificate)
                   - (SELECT COUNT(*) FROM certificate WHERE state IN ('pending', 'abandoned'))
            """).query(Long.class).single();
    }

    private static boolean isNamed(CertificateSearch search) {
        String query = search.query();
        return query != null && !query.isBlank();
    }

    private static String named(CertificateSearch search, Map<String, Object> parameters) {
        if (!isNamed(search)) {
            return "";
        }
        parameters.put("query", "%" + literal(wanted(String.valueOf(search.query()))) + "%");
        return " AND (name LIKE :query ESCAPE '!' OR serial_number LIKE :query ESCAPE '!')";
    }

    /** What a search is for, as conditions by which an index can find it. What is revoked was issued. */
    private String conditions(CertificateSearch search, Map<String, Object> parameters) {
        String issued = "state = 'issued'";
        CertificateStatus status = search.status();
        String found = status == null
                ? issued
                : switch (status) {
                    case REVOKED -> "reason > ''";
                    case EXPIRED -> issued + " AND not_after < :now AND revoked_at IS NULL";
                    case SUPERSEDED ->
                        issued + " AND not_after >= :now AND revoked_at IS NULL AND superseded_by IS NOT NULL";
                    case EXPIRING -> issued + IN_PLACE + " AND not_after <= :soon AND expiring_from <= :now";
                    case VALID -> issued + IN_PLACE + " AND expiring_from > :now";
                };
        Instant now = clock.instant();
        parameters.put("now", utc(now));
        parameters.put("soon", utc(now.plus(EXPIRING)));
        return found + named(search, parameters);
    }

    /** The same of its status, as a condition that no index tempts. */
    private String status(CertificateSearch search, Map<String, Object> parameters) {
        CertificateStatus status = search.status();
        if (status == null) {
            return "";
        }
        parameters.put("now", utc(clock.instant()));
        parameters.put("status", status.name());
        return " AND " + STATUS + " = :status";
    }

    /** Lower case, and without the colons between the octets of a serial number, which no name has. */
    private static String wanted(String query) {
        return query.strip().toLowerCase(Locale.ROOT).replace(":", "");
    }

    private static String literal(String query) {
        return query.replace("!", "!!").replace("%", "!%").replace("_", "!_");
    }

    /**
     * Marks a certificate as revoked. One on hold is revoked for good by any other reason; it keeps the moment from which nothing was
     * to trust it.
     *
     * @return false when there is no such certificate, or it is revoked already
     */
    public boolean revoke(SerialNumber serialNumber, RevocationReason reason, String revokedBy, Instant at) {
        return jdbc.sql("""
            UPDATE certificate SET revoked_at = COALESCE(revoked_at, :at), reason = :reason, revoked_by = :revokedBy
             WHERE serial_number = :serial AND state = 'issued'
               AND (revoked_at IS NULL OR reason = 'certificateHold' AND :reason <> 'certificateHold')
            """)
                        .param("serial", serialNumber.toString())
                        .param("at", utc(at))
                        .param("reason", reason.rfcName())
                        .param("revokedBy", revokedBy)
                        .update()
                == 1;
    }

    /**
     * As {@link #revoke}, for many in this order, provided that each stands as it was read.
     *
     * @return those that are revoked now; each of the others was changed meanwhile
     */
    public Set<SerialNumber> revokeAll(
            List<CertificateEntry> read, RevocationReason reason, String revokedBy, Instant at) {
        if (read.isEmpty()) {
            return Set.of();
        }
        List<@Nullable Object[]> rows = new ArrayList<>();
        read.forEach(entry -> rows.add(parameters(entry, reason, revokedBy, at)));
        int[] updated = batches.batchUpdate("""
            UPDATE certificate SET revoked_at = COALESCE(revoked_at, ?), reason = ?, revoked_by = ?
             WHERE serial_number = ? AND state = 'issued' AND revoked_at IS NOT DISTINCT FROM ? AND reason IS NOT DISTINCT FROM ?
            """, rows, REVOCATION_TYPES);
        Set<SerialNumber> revoked = new HashSet<>();
        for (int i = 0; i < updated.length; i++) {
            if (updated[i] == 1) {
                revoked.add(read.get(i).serialNumber());
            }
        }
        return revoked;
    }

    private static @Nullable Object[] parameters(
            CertificateEntry read, RevocationReason reason, String revokedBy, Instant at) {
        Instant revokedAt = read.revokedAt();
        RevocationReason was = read.revocationReason();
        return new @Nullable Object[] {
            utc(at),
            reason.rfcName(),
            revokedBy,
            read.serialNumber().toString(),
            revokedAt == null ? null : utc(revokedAt),
            was == null ? null : was.rfcName()
        };
    }

    /**
     * Takes back a hold, as if it had never been.
     *
     * @return false when there is no such certificate, or it is not on hold
     */
    public boolean release(SerialNumber serialNumber) {
        return jdbc.sql("""
            UPDATE certificate SET revoked_at = NULL, reason = NULL, revoked_by = NULL
             WHERE serial_number = :serial AND state = 'issued' AND reason = 'certificateHold'
            """).param("serial", serialNumber.toString()).update() == 1;
    }

    /**
     * The serial numbers of all certificates that this authority had issued by then, that have not ended, and that can still be revoked
     * for this reason; newest first.
     */
    public List<SerialNumber> revocable(AuthorityId issuer, RevocationReason reason, Instant then) {
        return revocable("serial_number", " ORDER BY state, created_at DESC, serial_number", issuer, reason, then)
                .query((row, _) -> serialNumber(row))
                .list();
    }

    /** How many {@link #revocable} would name. */
    public int countRevocable(AuthorityId issuer, RevocationReason reason, Instant then) {
        return revocable("COUNT(*)", "", issuer, reason, then)
                .query(Integer.class)
                .single();
    }

    private StatementSpec revocable(
            String what, String order, AuthorityId issuer, RevocationReason reason, Instant then) {
        return jdbc.sql("SELECT " + what + " FROM certificate " + """
            WHERE state = 'issued' AND issuer = :issuer AND not_after >= :now AND created_at <= :then
               AND (revoked_at IS NULL OR reason = 'certificateHold' AND :reason <> 'certificateHold')
            """ + order)
                .param("issuer", issuer.toString())
                .param("now", utc(clock.instant()))
                .param("then", utc(then))
                .param("reason", reason.rfcName());
    }

    /**
     * Passes every revoked certificate whose own end is after {@code notAfter} to {@code sink}, in no order. Row by row: H2 would first
     * write all of them to a temporary file, if they are more than ten thousand and the heap is of 256 MB.
     */
    public void revokedEndingAfter(Instant notAfter, Consumer<RevokedEntry> sink) {
        batches.execute((ConnectionCallback<Boolean>) connection -> {
            try (Statement session = connection.createStatement()) {
                session.execute("SET LAZY_QUERY_EXECUTION TRUE");
                try {
                    passRevoked(connection, notAfter, sink);
                } finally {
                    session.execute("SET LAZY_QUERY_EXECUTION FALSE");
                }
            }
            return true;
        });
    }

    private static void passRevoked(Connection connection, Instant notAfter, Consumer<RevokedEntry> sink)
            throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("""
            SELECT serial_number, issuer, revoked_at, reason, not_after FROM certificate
             WHERE reason > '' AND not_after > ?
            """)) {
            query.setObject(1, utc(notAfter));
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    sink.accept(new RevokedEntry(
                            serialNumber(row),
                            issuer(row),
                            instant(row, "revoked_at"),
                            reason(row.getString("reason")),
                            instant(row, "not_after")));
                }
            }
        }
    }

    /**
     * When the last certificate ends that this authority issued, or nothing when it issued none. Those of OCSP responders do not
     * count: nobody asks about them, and an authority would outlive itself by them.
     */
    public Optional<Instant> lastEnd(AuthorityId issuer) {
        return jdbc.sql("""
            SELECT not_after FROM certificate WHERE issuer = :issuer AND state = 'issued' AND role <> 'OCSP'
             ORDER BY issuer, state, not_after DESC FETCH FIRST ROW ONLY
            """)
                .param("issuer", issuer.toString())
                .query((row, _) -> instant(row, "not_after"))
                .optional();
    }

    /** How many certificates of this authority have not ended and are not revoked, those of OCSP responders not counted. */
    public long countLive(AuthorityId issuer) {
        return jdbc.sql("""
            SELECT COUNT(*) FROM certificate
             WHERE issuer = :issuer AND state = 'issued' AND not_after >= :now AND revoked_at IS NULL AND role <> 'OCSP'
            """)
                .param("issuer", issuer.toString())
                .param("now", utc(clock.instant()))
                .query(Long.class)
                .single();
    }

    private RowMapper<CertificateEntry> entries() {
        Instant now = clock.instant();
        return (row, _) -> {
            Instant revokedAt = nullableInstant(row, "revoked_at");
            String reason = row.getString("reason");
            SerialNumber supersededBy = supersededBy(row);
            return new CertificateEntry(
                    serialNumber(row),
                    issuer(row),
                    row.getString("subject"),
                    row.getString("name"),
                    CertificateRole.valueOf(row.getString("role")),
                    row.getString("profile"),
                    status(revokedAt, supersededBy, instant(row, "not_after"), instant(row, "expiring_from"), now),
                    instant(row, "not_before"),
                    instant(row, "not_after"),
                    row.getString("spki_sha256"),
                    row.getString("issued_by"),
                    instant(row, "created_at"),
                    revokedAt,
                    revokedAt == null ? null : reason(reason),
                    supersededBy);
        };
    }

    private static CertificateStatus status(
            @Nullable Instant revokedAt,
            @Nullable SerialNumber supersededBy,
            Instant notAfter,
            Instant expiringFrom,
            Instant now) {
        if (revokedAt != null) {
            return CertificateStatus.REVOKED;
        }
        if (notAfter.isBefore(now)) {
            return CertificateStatus.EXPIRED;
        }
        if (supersededBy != null) {
            return CertificateStatus.SUPERSEDED;
        }
        return expiringFrom.isAfter(now) ? CertificateStatus.VALID : CertificateStatus.EXPIRING;
    }

    private static SerialNumber serialNumber(ResultSet row) throws SQLException {
        String hex = row.getString("serial_number");
        return SerialNumber.parse(hex)
                .orElseThrow(() -> new SQLException("the inventory holds the serial number " + hex));
    }

    private static @Nullable SerialNumber supersededBy(ResultSet row) throws SQLException {
        String hex = row.getString("superseded_by");
        return hex == null ? null : SerialNumber.parse(hex).orElseThrow();
    }

    private static AuthorityId issuer(ResultSet row) throws SQLException {
        return new AuthorityId(row.getString("issuer"));
    }

    private static RevocationReason reason(String rfcName) {
        return RevocationReason.parse(rfcName)
                .orElseThrow(() -> new IllegalStateException("the inventory holds the reason " + rfcName));
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    private static @Nullable Instant nullableInstant(ResultSet row, String column) throws SQLException {
        OffsetDateTime at = row.getObject(column, OffsetDateTime.class);
        return at == null ? null : at.toInstant();
    }

    private static OffsetDateTime utc(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }

    private static X509Certificate parse(byte[] der) throws SQLException {
        try {
            return Certificates.parse(der);
        } catch (CertificateException e) {
            throw new SQLException("the inventory holds a damaged certificate", e);
        }
    }
}
