package dev.waxwing.ca.revocation;

import dev.waxwing.ca.authority.AuthorityId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.cert.X509CRLHolder;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/** The database's memory of revocation lists: their numbers, and the root's list itself. */
final class ListNumbers {

    private final JdbcClient jdbc;
    private final TransactionTemplate transactions;

    ListNumbers(JdbcClient jdbc, TransactionTemplate transactions) {
        this.jdbc = jdbc;
        this.transactions = transactions;
    }

    /** The next number of this issuer; committed before it is used, so that none is ever used twice. */
    long next(AuthorityId issuer, Instant thisUpdate, Instant nextUpdate) {
        try {
            return increment(issuer, thisUpdate, nextUpdate);
        } catch (DuplicateKeyException e) {
            return increment(issuer, thisUpdate, nextUpdate); // Another node made the row first.
        }
    }

    private long increment(AuthorityId issuer, Instant thisUpdate, Instant nextUpdate) {
        Long number = transactions.execute(_ -> {
            int updated = jdbc.sql("""
                UPDATE revocation_list
                   SET list_number = list_number + 1, this_update = :thisUpdate, next_update = :nextUpdate
                 WHERE issuer = :issuer
                """)
                    .param("issuer", issuer.toString())
                    .param("thisUpdate", utc(thisUpdate))
                    .param("nextUpdate", utc(nextUpdate))
                    .update();
            if (updated == 0) {
                insert(issuer, thisUpdate, nextUpdate);
            }
            return jdbc.sql("SELECT list_number FROM revocation_list WHERE issuer = :issuer")
                    .param("issuer", issuer.toString())
                    .query(Long.class)
                    .single();
        });
        if (number == null) {
            throw new IllegalStateException("the row was just written");
        }
        return number;
    }

    private void insert(AuthorityId issuer, Instant thisUpdate, Instant nextUpdate) {
        jdbc.sql("""
            INSERT INTO revocation_list (issuer, list_number, this_update, next_update)
            VALUES (:issuer, 1, :thisUpdate, :nextUpdate)
            """)
                .param("issuer", issuer.toString())
                .param("thisUpdate", utc(thisUpdate))
                .param("nextUpdate", utc(nextUpdate))
                .update();
    }

    /** The last number that was given out for this issuer, 0 if none. */
    long last(AuthorityId issuer) {
        return jdbc.sql("SELECT list_number FROM revocation_list WHERE issuer = :issuer")
                .param("issuer", issuer.toString())
                .query(Long.class)
                .optional()
                .orElse(0L);
    }

    void keep(RevocationList list) {
        jdbc.sql("UPDATE revocation_list SET list = :list WHERE issuer = :issuer AND list_number = :number")
                .param("list", list.der())
                .param("issuer", list.issuer().toString())
                .param("number", list.number())
                .update();
    }

    Optional<RevocationList> kept(AuthorityId issuer) {
        return jdbc.sql("""
            SELECT list, this_update, next_update FROM revocation_list
             WHERE issuer = :issuer AND list IS NOT NULL
            """)
                .param("issuer", issuer.toString())
                .query((row, _) -> list(issuer, row))
                .optional();
    }

    private static RevocationList list(AuthorityId issuer, ResultSet row) throws SQLException {
        byte[] der = row.getBytes("list");
        return new RevocationList(issuer, der, number(der), instant(row, "this_update"), instant(row, "next_update"));
    }

    /** The list's own number: that of the row goes beyond it when the database went back in time. */
    private static long number(byte[] der) {
        try {
            Extension number = new X509CRLHolder(der).getExtension(Extension.cRLNumber);
            return CRLNumber.getInstance(number.getParsedValue()).getCRLNumber().longValueExact();
        } catch (IOException e) {
            throw new UncheckedIOException("the kept revocation list cannot be read", e);
        }
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    private static OffsetDateTime utc(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }
}
