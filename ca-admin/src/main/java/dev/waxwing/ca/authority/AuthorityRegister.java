package dev.waxwing.ca.authority;

import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The database's memory of the authority's own certificates. */
final class AuthorityRegister {

    private final JdbcClient jdbc;
    private final Clock clock;

    AuthorityRegister(JdbcClient jdbc, Clock clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    Optional<String> spkiSha256(String role) {
        return jdbc.sql("SELECT spki_sha256 FROM ca_authority WHERE role = :role")
                .param("role", role)
                .query(String.class)
                .optional();
    }

    void add(String role, X509Certificate certificate) {
        try {
            jdbc.sql("""
                INSERT INTO ca_authority (role, subject, spki_sha256, not_after, certificate, created_at)
                VALUES (:role, :subject, :spki, :notAfter, :certificate, :now)
                """)
                    .param("role", role)
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
}
