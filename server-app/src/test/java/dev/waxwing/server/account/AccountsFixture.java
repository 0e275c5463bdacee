package dev.waxwing.server.account;

import dev.waxwing.ca.audit.AuditEvent;
import dev.waxwing.server.MovableClock;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.flywaydb.core.Flyway;
import org.h2.jdbcx.JdbcDataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.security.crypto.argon2.Argon2PasswordEncoder;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.transaction.support.TransactionTemplate;

/** The accounts on a database of their own, with a clock that tests move and an audit trail that they read. */
final class AccountsFixture {

    static final String GOOD_PASSWORD = "plum tree by the harbour";

    final MovableClock clock = new MovableClock(Instant.parse("2026-03-01T12:00:00Z"));
    final List<AuditEvent> audited = new CopyOnWriteArrayList<>();
    final Users users;
    final SetupLinks links;
    final Accounts accounts;
    final ApiTokens tokens;
    final Logins logins;

    AccountsFixture() {
        JdbcDataSource database = new JdbcDataSource();
        database.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
        Flyway.configure()
                .dataSource(database)
                .locations("classpath:db/migration")
                .load()
                .migrate();
        JdbcClient jdbc = JdbcClient.create(database);
        SecureRandom random = new SecureRandom();
        // Cheap on purpose: what it costs is not what is tested here.
        PasswordEncoder encoder = new Argon2PasswordEncoder(16, 32, 1, 64, 1);
        TransactionTemplate transaction = new TransactionTemplate(new JdbcTransactionManager(database));
        users = new Users(jdbc);
        links = new SetupLinks(jdbc, random, clock);
        accounts = new Accounts(users, links, encoder, audited::add, transaction, clock);
        tokens = new ApiTokens(jdbc, users, audited::add, random, clock);
        logins = new Logins(users, tokens, encoder, hashOfNobody(encoder), audited::add, clock);
    }

    static NobodysHash hashOfNobody(PasswordEncoder encoder) {
        return new NobodysHash(String.valueOf(encoder.encode("a password that nobody has")));
    }

    User user(String name, Role role) {
        return ((AccountChange.Made) accounts.create("test", name, role, GOOD_PASSWORD)).user();
    }

    Caller caller(String name) {
        return Caller.of(users.byName(name).orElseThrow());
    }
}
