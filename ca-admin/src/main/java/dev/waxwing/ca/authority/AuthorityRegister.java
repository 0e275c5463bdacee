package dev.waxwing.ca.authority;

import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The database's memory of the authority's own certificates, and of whose turn it is to issue. */
final class AuthorityRegister {

    /** What an authority is for. */
    enum Role {
        ROOT("root"),
        ISSUING("issuing");

        private final String word;

        Role(String word) {
            this.word = word;
        }

        @Override
        public String toString() {
            return word;
        }
    }

    /** An authority that is known. */
    record Entry(
            AuthorityId id, String spkiSha256, @Nullable Withdrawal withdrawal) {}

    /** From when on an authority issues, until the next turn. */
    record Turn(long number, AuthorityId authority, Instant since) {}

    private final JdbcClient jdbc;
    private final Clock clock;

    AuthorityRegister(JdbcClient jdbc, Clock clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    /** All of a role, the oldest first. */
    List<Entry> all(Role role) {
        return jdbc.sql("""
            SELECT id, spki_sha256, revoked_at, revocation_reason, revoked_by FROM certificate_authority
             WHERE role = :role ORDER BY created_at, id
            """)
                .param("role", role.toString())
                .query((row, _) ->
                        new Entry(new AuthorityId(row.getString("id")), row.getString("spki_sha256"), withdrawal(row)))
                .list();
    }

    private static @Nullable Withdrawal withdrawal(ResultSet row) throws SQLException {
        OffsetDateTime at = row.getObject("revoked_at", OffsetDateTime.class);
        return at == null
                ? null
                : new Withdrawal(at.toInstant(), row.getString("revocation_reason"), row.getString("revoked_by"));
    }

    /**
     * Notes that an issuing authority's certificate is revoked.
     *
     * @throws AuthorityException when it is noted already, or the authority is the current one
     */
    void withdraw(AuthorityId issuing, Withdrawal withdrawal) {
        int changed = jdbc.sql("""
            UPDATE certificate_authority SET revoked_at = :at, revocation_reason = :reason, revoked_by = :by
             WHERE id = :id AND role = 'issuing' AND revoked_at IS NULL
               AND id <> (SELECT authority FROM issuing_turn ORDER BY number DESC LIMIT 1)
            """)
                .param("at", withdrawal.at().atOffset(ZoneOffset.UTC))
                .param("reason", withdrawal.reason())
                .param("by", withdrawal.by())
                .param("id", issuing.toString())
                .update();
        if (changed == 0) {
            throw new AuthorityException("Another server on this database has changed the issuing authority " + issuing
                    + " just now. Restart this one.");
        }
    }

    void add(Role role, X509Certificate certificate) {
        try {
            jdbc.sql("""
                INSERT INTO certificate_authority (id, role, subject, spki_sha256, not_after, certificate, created_at)
                VALUES (:id, :role, :subject, :spki, :notAfter, :certificate, :now)
                """)
                    .param("id", AuthorityId.of(certificate).toString())
                    .param("role", role.toString())
                    .param("subject", certificate.getSubjectX500Principal().getName())
                    .param("spki", Certificates.spkiSha256(certificate.getPublicKey()))
                    .param("notAfter", certificate.getNotAfter().toInstant().atOffset(ZoneOffset.UTC))
                    .param("certificate", certificate.getEncoded())
                    .param("now", clock.instant().atOffset(ZoneOffset.UTC))
                    .update();
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a parsed certificate always has its encoding", e);
        }
    }

    /** All turns in their order; the last one goes on. */
    List<Turn> turns() {
        return jdbc.sql("SELECT number, authority, since FROM issuing_turn ORDER BY number")
                .query((row, _) -> new Turn(
                        row.getLong("number"),
                        new AuthorityId(row.getString("authority")),
                        row.getObject("since", OffsetDateTime.class).toInstant()))
                .list();
    }

    /**
     * Begins the turn with this number, and so ends the one before: one statement, which cannot half happen.
     *
     * @throws AuthorityException when another node has begun it
     */
    void begin(long number, AuthorityId authority) {
        try {
            jdbc.sql("INSERT INTO issuing_turn (number, authority, since) VALUES (:number, :authority, :now)")
                    .param("number", number)
                    .param("authority", authority.toString())
                    .param("now", clock.instant().atOffset(ZoneOffset.UTC))
                    .update();
        } catch (DuplicateKeyException e) {
            throw new AuthorityException(
                    "Another server on this database has rotated the issuing authority just now. Restart this one.", e);
        }
    }
}
