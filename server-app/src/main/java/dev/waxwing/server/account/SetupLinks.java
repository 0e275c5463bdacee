package dev.waxwing.server.account;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * One-use links that make an administrator: the first one, or the host's owner who has to get back in. A link holds a
 * 256-bit token, of which only the SHA-256 is stored, and works for 24 hours.
 *
 * <p>It needs nothing but the database, so that a command on the host can make a link while no server runs.
 */
@Repository
public class SetupLinks {

    /** How long a link works. */
    public static final Duration LIFETIME = Duration.ofHours(24);

    private final JdbcClient jdbc;
    private final SecureRandom random;
    private final Clock clock;

    public SetupLinks(JdbcClient jdbc, SecureRandom random, Clock clock) {
        this.jdbc = jdbc;
        this.random = random;
        this.clock = clock;
    }

    /**
     * A link just made; the only moment at which its token is known.
     *
     * @param path the console's path, {@code /setup/TOKEN}
     */
    public record SetupLink(String path, Instant expiresAt) {

        @Override
        public String toString() {
            return "SetupLink[expiresAt=" + expiresAt + "]";
        }
    }

    /** Makes a link. Links made before stop working. */
    public SetupLink renew() {
        Secret token = Secret.random("", random);
        Instant now = clock.instant();
        Instant expiresAt = now.plus(LIFETIME);
        jdbc.sql("DELETE FROM setup_link").update();
        jdbc.sql("INSERT INTO setup_link (token_hash, created_at, expires_at) VALUES (:hash, :now, :expires)")
                .param("hash", token.hash())
                .param("now", Users.time(now))
                .param("expires", Users.time(expiresAt))
                .update();
        return new SetupLink("/setup/" + token.reveal(), expiresAt);
    }

    /** Whether a link with this token could be used now. */
    public boolean isUsable(String token) {
        return jdbc.sql("SELECT COUNT(*) FROM setup_link WHERE token_hash = :hash AND expires_at > :now")
                        .param("hash", Secret.presented(token).hash())
                        .param("now", Users.time(clock.instant()))
                        .query(Long.class)
                        .single()
                == 1;
    }

    /** Uses the link up: true for exactly one caller. */
    boolean use(String token) {
        return jdbc.sql("DELETE FROM setup_link WHERE token_hash = :hash AND expires_at > :now")
                        .param("hash", Secret.presented(token).hash())
                        .param("now", Users.time(clock.instant()))
                        .update()
                == 1;
    }
}
