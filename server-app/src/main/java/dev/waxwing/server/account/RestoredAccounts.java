package dev.waxwing.server.account;

import java.time.Instant;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * Voids what lets people and programs in without a password, after the database went back in time: what was taken back since would
 * be good again. People's own passwords stay; one that was changed since is the former one again.
 */
@Repository
public class RestoredAccounts {

    private final JdbcClient jdbc;

    RestoredAccounts(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** How many were voided. */
    public record Voided(int tokens, int setupLinks, int temporaryPasswords) {}

    /** Voids API tokens, set-up links, console sessions, and the passwords that an administrator chose for somebody else. */
    public Voided voidAll(Instant now) {
        int tokens = jdbc.sql("DELETE FROM api_token").update();
        int links = jdbc.sql("DELETE FROM setup_link").update();
        int passwords = jdbc.sql("UPDATE console_user SET password_until = :now WHERE password_until > :now")
                .param("now", Users.time(now))
                .update();
        jdbc.sql("UPDATE console_user SET version = version + 1").update();
        return new Voided(tokens, links, passwords);
    }
}
