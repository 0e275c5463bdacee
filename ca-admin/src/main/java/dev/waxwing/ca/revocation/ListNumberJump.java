package dev.waxwing.ca.revocation;

import java.time.Instant;
import java.time.ZoneOffset;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Raises the numbers of all issuers' revocation lists after the database went back in time. The numbers that were given out since
 * the backup are not known, and must not be given out again: a relying party may refuse a list whose number is not greater than
 * that of one it has seen (RFC 5280 section 5.2.3).
 *
 * <p>Numbers begin at 1, and an issuer makes fewer than one list in a second, so the seconds since 1970 are beyond all that it can
 * have made. The second term holds where a clock was wrong. An issuer may have made its first list since: it gets a row, too.
 */
public final class ListNumberJump {

    private static final long LEAST = 1 << 20;

    private ListNumberJump() {}

    /** To be called before any list is made. */
    public static void raise(JdbcClient jdbc, Instant now) {
        jdbc.sql("UPDATE revocation_list SET list_number = GREATEST(list_number + :least, :seconds)")
                .param("least", LEAST)
                .param("seconds", now.getEpochSecond())
                .update();
        jdbc.sql("""
            INSERT INTO revocation_list (issuer, list_number, this_update, next_update)
            SELECT id, :seconds, :now, :now FROM certificate_authority
             WHERE id NOT IN (SELECT issuer FROM revocation_list)
            """)
                .param("seconds", Math.max(LEAST, now.getEpochSecond()))
                .param("now", now.atOffset(ZoneOffset.UTC))
                .update();
    }
}
