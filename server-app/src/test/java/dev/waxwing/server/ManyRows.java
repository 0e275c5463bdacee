package dev.waxwing.server;

import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Fills the lists of a running server with rows as they look after years, straight in its database. Row {@code n} of each table
 * is of the device {@code camera-n}, except that transfers are of the first thousand devices in turn.
 */
final class ManyRows {

    static final String WORD = "lighthouse";

    private static final String SERIAL = "'40' || SUBSTRING(LOWER(RAWTOHEX(HASH('SHA-256', 'c' || X))), 1, 30)";
    private static final String NAME = "'camera-' || LPAD(X, 6, '0')";
    private static final String CREATED = "DATEADD(SECOND, X, TIMESTAMP WITH TIME ZONE '2026-01-01 00:00:00Z')";
    private static final String HEX_32 = "SUBSTRING(LOWER(RAWTOHEX(HASH('SHA-256', 't' || X))), 1, 32)";
    private static final String HEX_64 = "LOWER(RAWTOHEX(HASH('SHA-256', 'h' || X)))";
    private static final String ROWS = " FROM SYSTEM_RANGE(:from, :to)";

    private final JdbcClient jdbc;

    ManyRows(RunningServer server) {
        this.jdbc = server.bean(JdbcClient.class);
    }

    /** Of twenty certificates one is revoked, two have expired and one is about to. */
    void addToAllLists(int from, int to) {
        certificates(from, to, "MOD(X, 20) = 0", "MOD(X, 20) IN (1, 2)");
        run("""
            INSERT INTO device (name, trust_level, serial_number, newest, created_at, last_seen_at, certificate_ends)
            SELECT %s, 'wxp2', %s, %s, %s, %s,
                   DATEADD(DAY, CASE WHEN MOD(X, 20) IN (1, 2) THEN -1 WHEN MOD(X, 20) = 3 THEN 20 ELSE 300 END,
                           CURRENT_TIMESTAMP)\
            """.formatted(NAME, SERIAL, SERIAL, CREATED, CREATED), from, to);
        run("""
            INSERT INTO invite (id, token_sha256, name, profile, replaces, created_by, created_at, expires_at, redeemed_at)
            SELECT SUBSTRING(%s, 1, 16), %s, %s, 'camera', FALSE, 'admin', %s,
                   DATEADD(DAY, CASE WHEN MOD(X, 100) = 0 THEN 9000 ELSE 1 END, %s),
                   CASE WHEN MOD(X, 20) > 2 THEN CURRENT_TIMESTAMP END\
            """.formatted(HEX_32, HEX_64, NAME, CREATED, CREATED), from, to);
        transfers(from, to);
        audit(from, to);
    }

    /** Certificates of which none is revoked or has ended. Other lists are left alone, so that a server at work may go on. */
    void addValid(int from, int to) {
        certificates(from, to, "FALSE", "FALSE");
    }

    /** Certificates that all have ended. */
    void addEnded(int from, int to) {
        certificates(from, to, "FALSE", "TRUE");
    }

    /** Certificates that all are revoked and have not ended. */
    void addRevoked(int from, int to) {
        certificates(from, to, "TRUE", "FALSE");
    }

    private void certificates(int from, int to, String isRevoked, String isExpired) {
        run(
                """
                INSERT INTO certificate (serial_number, issuer, state, subject, name, role, profile, not_before, not_after,
                                         expiring_from, spki_sha256, certificate, issued_by, created_at, revoked_at, reason,
                                         revoked_by)
                SELECT %s, (SELECT authority FROM issuing_turn), 'issued', 'CN=' || %s, %s, 'DEVICE', 'camera', %s,
                       DATEADD(DAY, CASE WHEN %s THEN -1 WHEN MOD(X, 20) = 3 THEN 20 ELSE 300 END, CURRENT_TIMESTAMP),
                       DATEADD(DAY, CASE WHEN MOD(X, 20) = 3 THEN -1 ELSE 270 END, CURRENT_TIMESTAMP),
                       %s, (SELECT certificate FROM certificate WHERE role = 'SERVER' FETCH FIRST ROW ONLY), 'admin', %s, CASE WHEN %s THEN CURRENT_TIMESTAMP END,
                       CASE WHEN %s THEN 'superseded' END, CASE WHEN %s THEN 'admin' END\
                """.formatted(SERIAL, NAME, NAME, CREATED, isExpired, HEX_64, CREATED, isRevoked, isRevoked, isRevoked),
                from,
                to);
    }

    private void transfers(int from, int to) {
        run("""
            INSERT INTO transfer (id, device, upload_id, counter, kind, state, name, claimed_type, detected_type,
                                  type_mismatch, size, sha256, trust_level, session_id, captured_at, received_at,
                                  accepted_at, receipt_id)
            SELECT %s, 'camera-' || LPAD(1 + MOD(X, 1000), 6, '0'), %s, X,
                   CASE MOD(X, 10) WHEN 0 THEN 'video' WHEN 1 THEN 'file' ELSE 'image' END,
                   CASE MOD(X, 200) WHEN 0 THEN 'rejected' WHEN 1 THEN 'quarantined' ELSE 'accepted' END,
                   'IMG_' || X || '.jpg', 'image/jpeg', 'image/jpeg', FALSE, 1000000 + X, %s, 'wxp2', %s, %s, %s, %s, %s\
            """.formatted(HEX_32, HEX_32, HEX_64, HEX_32, CREATED, CREATED, CREATED, HEX_32), from, to);
    }

    private void audit(int from, int to) {
        run("""
            INSERT INTO audit_event (id, at, actor, action, subject, outcome, reference, reason, previous_hash, hash)
            SELECT X - :from + 1 + (SELECT id FROM audit_head), %s, 'device:' || %s,
                   CASE MOD(X, 4) WHEN 0 THEN 'session.accepted' WHEN 1 THEN 'session.ended' ELSE 'upload.accepted' END,
                   %s, 'SUCCESS', SUBSTRING(%s, 1, 16),
                   'session ' || %s || CASE WHEN MOD(X, 500) = 0 THEN ' %s' ELSE ' from 192.0.2.1:50000' END,
                   %s, %s\
            """.formatted(CREATED, NAME, NAME, HEX_32, HEX_32, WORD, HEX_64, HEX_64), from, to);
        jdbc.sql("UPDATE audit_head SET id = (SELECT MAX(id) FROM audit_event)").update();
    }

    /** So many offers of one device. */
    void addOffers(String device, int from, int to) {
        jdbc.sql("INSERT INTO offer (device, counter, offer_id, fingerprint) SELECT :device, X, " + HEX_32 + ", "
                        + HEX_64 + ROWS)
                .param("device", device)
                .param("from", from)
                .param("to", to)
                .update();
    }

    private void run(String insert, int from, int to) {
        jdbc.sql(insert + ROWS).param("from", from).param("to", to).update();
    }
}
