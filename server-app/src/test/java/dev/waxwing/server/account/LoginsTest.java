package dev.waxwing.server.account;

import static dev.waxwing.server.account.AccountsFixture.GOOD_PASSWORD;
import static org.assertj.core.api.Assertions.assertThat;

import dev.waxwing.ca.audit.AuditEvent;
import dev.waxwing.ca.audit.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.springframework.security.crypto.argon2.Argon2PasswordEncoder;
import org.springframework.security.crypto.password.PasswordEncoder;

class LoginsTest {

    private static final String HERE = "192.0.2.1";
    private static final String ELSEWHERE = "192.0.2.2";

    private final AccountsFixture fixture = new AccountsFixture();
    private final Logins logins = fixture.logins;

    @Test
    void lets_a_user_in_with_the_right_password_and_audits_it() {
        fixture.user("anna", Role.OPERATOR);

        Login login = logins.atConsole("Anna", GOOD_PASSWORD, HERE);

        assertThat(login).isInstanceOfSatisfying(Login.Accepted.class, accepted -> {
            assertThat(accepted.caller().may(Permission.OPERATE)).isTrue();
            assertThat(accepted.caller().may(Permission.AUDIT)).isFalse();
        });
        assertThat(fixture.audited.getLast().action()).isEqualTo("login.succeeded");
        assertThat(fixture.users.byName("anna").orElseThrow().lastLoginAt()).isEqualTo(fixture.clock.instant());
    }

    @Test
    void a_refusal_does_not_say_why_but_the_audit_log_does() {
        User anna = fixture.user("anna", Role.ADMIN);
        fixture.user("berta", Role.ADMIN);
        fixture.accounts.changeDisabled("berta", anna.id(), true);

        assertRefused(logins.atConsole("nobody", GOOD_PASSWORD, HERE), "no such user");
        assertRefused(logins.atConsole("berta", "a wrong password", HERE), "wrong password");
        assertRefused(logins.atConsole("anna", GOOD_PASSWORD, HERE), "the user is disabled");
    }

    private void assertRefused(Login login, String why) {
        AuditEvent event = fixture.audited.getLast();
        assertThat(login).isEqualTo(new Login.Refused(event.reference()));
        assertThat(event.action()).isEqualTo("login.refused");
        assertThat(event.outcome()).isEqualTo(Outcome.REFUSED);
        assertThat(event.reason()).startsWith(why);
    }

    @Test
    void after_some_failures_a_source_has_to_wait_even_with_the_right_password() {
        fixture.user("anna", Role.ADMIN);
        fail(5, "anna", HERE);

        assertThat(logins.atConsole("anna", GOOD_PASSWORD, HERE)).isInstanceOf(Login.MustWait.class);
        fixture.clock.advance(Duration.ofSeconds(6));
        assertThat(logins.atConsole("anna", GOOD_PASSWORD, HERE)).isInstanceOf(Login.Accepted.class);
    }

    @Test
    void nobody_waits_for_a_time_that_was_the_present_only_until_the_clock_was_set_back() {
        fixture.user("anna", Role.ADMIN);
        fail(5, "anna", HERE);

        fixture.clock.advance(Duration.ofDays(-365));

        assertThat(logins.atConsole("anna", GOOD_PASSWORD, HERE)).isInstanceOf(Login.Accepted.class);
    }

    @Test
    void nobody_can_lock_a_user_out_from_another_address() {
        fixture.user("anna", Role.ADMIN);
        fail(30, "anna", ELSEWHERE);

        assertThat(logins.atConsole("anna", GOOD_PASSWORD, HERE)).isInstanceOf(Login.Accepted.class);
    }

    @Test
    void many_guesses_at_the_same_time_are_no_more_than_one_after_the_other() throws InterruptedException {
        // Slow enough for all to be under way before the first has failed.
        PasswordEncoder slow = new Argon2PasswordEncoder(16, 32, 1, 8_192, 2);
        Logins slowLogins = new Logins(
                fixture.users,
                fixture.tokens,
                slow,
                AccountsFixture.hashOfNobody(slow),
                fixture.audited::add,
                fixture.clock);
        CountDownLatch start = new CountDownLatch(1);
        List<Thread> guesses = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            guesses.add(Thread.ofPlatform().start(() -> {
                try {
                    start.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
                slowLogins.atConsole("nobody", "a wrong password", HERE);
            }));
        }
        start.countDown();
        for (Thread guess : guesses) {
            guess.join();
        }

        // Five are free, and three more may be under way when the fifth fails.
        assertThat(fixture.audited)
                .filteredOn(event -> event.action().equals("login.refused"))
                .hasSizeBetween(5, 8);
    }

    @Test
    void a_good_token_works_beside_a_program_that_tries_an_old_one() {
        fixture.user("anna", Role.ADMIN);
        String token = ((ApiTokens.Creation.Created)
                        fixture.tokens.create(fixture.caller("anna"), "backup", Role.VIEWER, false, Duration.ofDays(1)))
                .secret();
        for (int i = 0; i < 10; i++) {
            logins.withToken("wxt_old", HERE);
        }

        assertThat(logins.withToken("wxt_old", HERE)).isInstanceOf(Login.MustWait.class);
        assertThat(logins.withToken(token, HERE)).isInstanceOf(Login.Accepted.class);
    }

    @Test
    void waits_grow_up_to_a_quarter_of_an_hour() {
        fixture.user("anna", Role.ADMIN);
        Duration last = Duration.ZERO;
        for (int i = 0; i < 30; i++) {
            if (logins.atConsole("anna", "a wrong password", HERE) instanceof Login.MustWait(Duration wait)) {
                assertThat(wait).isGreaterThanOrEqualTo(last).isLessThanOrEqualTo(Duration.ofMinutes(15));
                last = wait;
                fixture.clock.advance(wait);
            }
        }
        assertThat(last).isEqualTo(Duration.ofMinutes(15));
    }

    @Test
    void a_source_that_tries_many_names_has_to_wait_for_all_of_them() {
        fixture.user("anna", Role.ADMIN);
        for (int i = 0; i < 40; i++) {
            logins.atConsole("user" + i, "a wrong password", HERE);
        }

        assertThat(logins.atConsole("anna", GOOD_PASSWORD, HERE)).isInstanceOf(Login.MustWait.class);
    }

    @Test
    void addresses_of_one_ipv6_network_are_one_source() {
        fixture.user("anna", Role.ADMIN);
        for (int i = 1; i <= 5; i++) {
            logins.atConsole("anna", "a wrong password", "2001:db8:0:1::" + i);
        }

        assertThat(logins.atConsole("anna", GOOD_PASSWORD, "2001:db8:0:1:ffff::9"))
                .isInstanceOf(Login.MustWait.class);
        assertThat(logins.atConsole("anna", GOOD_PASSWORD, "2001:db8:0:2::1")).isInstanceOf(Login.Accepted.class);
    }

    @Test
    void a_program_that_logs_in_with_each_request_is_audited_once_an_hour() {
        fixture.user("anna", Role.ADMIN);
        long before = succeeded();

        logins.byProgram("anna", GOOD_PASSWORD, HERE);
        logins.byProgram("anna", GOOD_PASSWORD, HERE);
        assertThat(succeeded() - before).isEqualTo(1);
        fixture.clock.advance(Duration.ofMinutes(61));
        logins.byProgram("anna", GOOD_PASSWORD, HERE);
        assertThat(succeeded() - before).isEqualTo(2);
    }

    @Test
    void an_unknown_name_costs_as_many_hashes_and_gets_the_same_answer_as_a_wrong_password() {
        fixture.user("anna", Role.ADMIN);
        User berta = fixture.user("berta", Role.ADMIN);
        fixture.accounts.changeDisabled("anna", berta.id(), true);
        CountingEncoder counting = new CountingEncoder();
        Logins counted = new Logins(
                fixture.users,
                fixture.tokens,
                counting,
                AccountsFixture.hashOfNobody(counting),
                fixture.audited::add,
                fixture.clock);

        for (String name : List.of("anna", "berta", "nobody", "")) {
            for (String password : List.of("a wrong password", "", "x".repeat(1_000))) {
                int before = counting.matched;
                Login login = counted.byProgram(name, password, "192.0.2." + counting.matched);
                assertThat(login).as(name).isInstanceOf(Login.Refused.class);
                assertThat(counting.matched - before).as(name).isEqualTo(password.length() > 256 ? 0 : 1);
            }
        }
    }

    @Test
    void an_unknown_name_has_to_wait_as_long_as_a_known_one() {
        fixture.user("anna", Role.ADMIN);
        fail(7, "anna", HERE);
        fail(7, "nobody", ELSEWHERE);

        assertThat(logins.atConsole("nobody", GOOD_PASSWORD, ELSEWHERE))
                .isInstanceOf(Login.MustWait.class)
                .isEqualTo(logins.atConsole("anna", GOOD_PASSWORD, HERE));
    }

    @Test
    void a_present_password_is_as_slow_to_guess_in_a_stolen_session_as_at_the_door() {
        fixture.user("anna", Role.ADMIN);
        Caller anna = fixture.caller("anna");
        for (int i = 0; i < 5; i++) {
            assertThat(logins.confirm(anna, "guess number " + i, HERE)).isInstanceOf(Login.Refused.class);
        }

        assertThat(logins.confirm(anna, GOOD_PASSWORD, HERE)).isInstanceOf(Login.MustWait.class);
        assertThat(logins.confirm(anna, GOOD_PASSWORD, ELSEWHERE)).isInstanceOf(Login.Accepted.class);
    }

    @Test
    void a_temporary_password_opens_nothing_and_ends_after_a_week() {
        fixture.accounts.createWithTemporaryPassword("test", "anna", Role.ADMIN, GOOD_PASSWORD);

        assertThat(logins.atConsole("anna", GOOD_PASSWORD, HERE))
                .isInstanceOfSatisfying(Login.Accepted.class, accepted -> {
                    assertThat(accepted.caller().mustChangePassword()).isTrue();
                    assertThat(accepted.caller().permissions()).isEmpty();
                });
        fixture.clock.advance(Duration.ofDays(7));
        assertRefused(logins.atConsole("anna", GOOD_PASSWORD, HERE), "the temporary password has ended");
    }

    @Test
    void control_characters_in_a_name_do_not_reach_the_audit_log() {
        logins.atConsole("x\r\nlogin.succeeded\u001b[2J", "a wrong password", HERE);

        assertThat(fixture.audited.getLast().subject()).doesNotContain("\r", "\n", "\u001b");
    }

    private void fail(int times, String name, String address) {
        for (int i = 0; i < times; i++) {
            logins.atConsole(name, "a wrong password", address);
        }
    }

    private long succeeded() {
        return fixture.audited.stream()
                .filter(event -> event.action().equals("login.succeeded"))
                .count();
    }

    /** Compares as it should, and counts how often. */
    private static final class CountingEncoder implements PasswordEncoder {

        private final PasswordEncoder encoder = new Argon2PasswordEncoder(16, 32, 1, 64, 1);
        private int matched;

        @Override
        public String encode(CharSequence password) {
            return String.valueOf(encoder.encode(password));
        }

        @Override
        public boolean matches(CharSequence password, String hash) {
            matched++;
            return encoder.matches(password, hash);
        }
    }
}
