package dev.waxwing.server.account;

import static dev.waxwing.server.account.AccountsFixture.GOOD_PASSWORD;
import static org.assertj.core.api.Assertions.assertThat;

import dev.waxwing.ca.audit.AuditEvent;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class AccountsTest {

    private static final String OTHER_PASSWORD = "another plum tree, elsewhere";

    private final AccountsFixture fixture = new AccountsFixture();
    private final Accounts accounts = fixture.accounts;

    @Test
    void a_setup_link_makes_the_first_administrator() {
        String token = newLink();

        AccountChange change = accounts.useSetupLink(token, " Anna ", GOOD_PASSWORD);

        assertThat(change).isInstanceOfSatisfying(AccountChange.Made.class, made -> {
            assertThat(made.user().name()).isEqualTo("anna");
            assertThat(made.user().role()).isEqualTo(Role.ADMIN);
        });
        assertThat(accounts.none()).isFalse();
        assertThat(fixture.audited).extracting(AuditEvent::action).contains("setup-link.used");
    }

    @Test
    void a_setup_link_works_once() {
        String token = newLink();
        accounts.useSetupLink(token, "anna", GOOD_PASSWORD);

        AccountChange again = accounts.useSetupLink(token, "berta", GOOD_PASSWORD);

        assertThat(again).isInstanceOf(AccountChange.Refused.class);
        assertThat(accounts.all()).extracting(User::name).containsExactly("anna");
    }

    @Test
    void a_setup_link_used_by_two_at_once_makes_one_administrator() throws Exception {
        String token = newLink();
        try (ExecutorService two = Executors.newFixedThreadPool(2)) {
            List<Callable<AccountChange>> attempts = List.of(
                    () -> accounts.useSetupLink(token, "anna", GOOD_PASSWORD),
                    () -> accounts.useSetupLink(token, "berta", GOOD_PASSWORD));

            List<AccountChange> changes =
                    two.invokeAll(attempts).stream().map(AccountsTest::result).toList();

            assertThat(changes)
                    .hasAtLeastOneElementOfType(AccountChange.Made.class)
                    .hasAtLeastOneElementOfType(AccountChange.Refused.class);
        }
        assertThat(accounts.all()).hasSize(1);
    }

    @Test
    void a_setup_link_ends_after_a_day() {
        String token = newLink();
        fixture.clock.advance(SetupLinks.LIFETIME.plusSeconds(1));

        assertThat(fixture.links.isUsable(token)).isFalse();
        assertThat(accounts.useSetupLink(token, "anna", GOOD_PASSWORD)).isInstanceOf(AccountChange.Refused.class);
    }

    @Test
    void a_new_setup_link_ends_the_one_before() {
        String old = newLink();
        String fresh = newLink();

        assertThat(fixture.links.isUsable(old)).isFalse();
        assertThat(fixture.links.isUsable(fresh)).isTrue();
    }

    @Test
    void a_refused_password_does_not_use_the_setup_link_up() {
        String token = newLink();

        assertThat(accounts.useSetupLink(token, "anna", "short")).isInstanceOf(AccountChange.Refused.class);
        assertThat(fixture.links.isUsable(token)).isTrue();
    }

    @Test
    void a_setup_link_ends_the_tokens_that_somebody_with_the_former_password_may_have_made() {
        fixture.user("anna", Role.ADMIN);
        ApiTokens.Creation made =
                fixture.tokens.create(fixture.caller("anna"), "x", Role.ADMIN, true, Duration.ofDays(9));
        String secret = ((ApiTokens.Creation.Created) made).secret();

        accounts.useSetupLink(newLink(), "anna", "another plum tree, elsewhere");

        assertThat(fixture.audited.getLast().reason()).endsWith("one API token ended");
        assertThat(fixture.logins.withToken(secret, "192.0.2.1")).isInstanceOf(Login.Refused.class);
    }

    @Test
    void a_setup_link_lets_a_disabled_and_demoted_administrator_back_in() {
        User anna = fixture.user("anna", Role.ADMIN);
        fixture.user("berta", Role.ADMIN);
        accounts.changeRole("berta", anna.id(), Role.VIEWER);
        accounts.changeDisabled("berta", anna.id(), true);

        accounts.useSetupLink(newLink(), "anna", "another plum tree, elsewhere");

        assertThat(fixture.logins.atConsole("anna", "another plum tree, elsewhere", "192.0.2.1"))
                .isInstanceOfSatisfying(
                        Login.Accepted.class,
                        accepted -> assertThat(accepted.caller().may(Permission.ADMINISTER))
                                .isTrue());
    }

    @Test
    void the_last_enabled_administrator_cannot_be_demoted_or_disabled() {
        User anna = fixture.user("anna", Role.ADMIN);
        User berta = fixture.user("berta", Role.ADMIN);
        accounts.changeDisabled("anna", berta.id(), true);

        assertThat(accounts.changeRole("anna", anna.id(), Role.OPERATOR)).isInstanceOf(AccountChange.Refused.class);
        assertThat(accounts.changeDisabled("anna", anna.id(), true)).isInstanceOf(AccountChange.Refused.class);
        assertThat(fixture.caller("anna").may(Permission.ADMINISTER)).isTrue();
    }

    @Test
    void two_users_cannot_have_one_name_in_different_case() {
        fixture.user("anna", Role.ADMIN);

        assertThat(accounts.create("anna", "ANNA", Role.VIEWER, GOOD_PASSWORD))
                .isEqualTo(new AccountChange.Refused("There is a user of that name already.", true));
    }

    @Test
    void a_user_name_with_other_characters_is_refused() {
        for (String name : List.of("", " ", "a b", "<script>", "../x", "ä", "-a", "a".repeat(65), "a\u0000")) {
            assertThat(accounts.create("test", name, Role.VIEWER, GOOD_PASSWORD))
                    .as(name)
                    .isInstanceOf(AccountChange.Refused.class);
        }
        assertThat(accounts.none()).isTrue();
    }

    @Test
    void a_changed_role_password_or_state_ends_open_sessions() {
        User anna = fixture.user("anna", Role.ADMIN);
        fixture.user("berta", Role.ADMIN);
        Caller atFirst = fixture.caller("anna");
        accounts.changeRole("berta", anna.id(), Role.OPERATOR);
        Caller asOperator = fixture.caller("anna");
        accounts.resetPassword("berta", anna.id(), "another plum tree, elsewhere");
        Caller withNewPassword = fixture.caller("anna");
        accounts.changeDisabled("berta", anna.id(), true);

        assertThat(fixture.logins.refreshed(atFirst)).isEmpty();
        assertThat(fixture.logins.refreshed(asOperator)).isEmpty();
        assertThat(fixture.logins.refreshed(withNewPassword)).isEmpty();
    }

    @Test
    void ones_own_password_changes_to_another_good_one() {
        fixture.user("anna", Role.ADMIN);
        Caller anna = fixture.caller("anna");

        assertThat(accounts.changeOwnPassword(anna, GOOD_PASSWORD, false)).isInstanceOf(AccountChange.Refused.class);
        assertThat(accounts.changeOwnPassword(anna, "short", false)).isInstanceOf(AccountChange.Refused.class);
        assertThat(accounts.changeOwnPassword(anna, OTHER_PASSWORD, false)).isInstanceOf(AccountChange.Made.class);
        assertThat(fixture.logins.atConsole("anna", GOOD_PASSWORD, "192.0.2.1")).isInstanceOf(Login.Refused.class);
        assertThat(fixture.logins.refreshed(anna)).isEmpty();
    }

    @Test
    void a_password_change_ends_ones_tokens_if_asked_for_and_says_what_it_did() {
        fixture.user("anna", Role.ADMIN);
        token("anna");

        accounts.changeOwnPassword(fixture.caller("anna"), OTHER_PASSWORD, false);
        assertThat(tokensOf("anna")).isEqualTo(1);
        assertThat(fixture.audited.getLast().reason()).isEqualTo("API tokens go on");

        accounts.changeOwnPassword(fixture.caller("anna"), GOOD_PASSWORD, true);
        assertThat(tokensOf("anna")).isZero();
        assertThat(fixture.audited.getLast().reason()).isEqualTo("one API token ended");
    }

    @Test
    void signing_out_everywhere_ends_sessions_and_tokens_if_asked_for() {
        User anna = fixture.user("anna", Role.ADMIN);
        token("anna");
        Caller before = fixture.caller("anna");

        accounts.signOut("anna", anna.id(), false);
        assertThat(fixture.logins.refreshed(before)).isEmpty();
        assertThat(tokensOf("anna")).isEqualTo(1);

        accounts.signOut("anna", anna.id(), true);
        assertThat(tokensOf("anna")).isZero();
    }

    @Test
    void an_administrators_reset_or_ban_ends_the_users_tokens_for_good() {
        User olga = fixture.user("olga", Role.OPERATOR);
        token("olga");
        accounts.resetPassword("anna", olga.id(), OTHER_PASSWORD);
        assertThat(tokensOf("olga")).isZero();

        accounts.changeOwnPassword(fixture.caller("olga"), GOOD_PASSWORD, true);
        token("olga");
        accounts.changeDisabled("anna", olga.id(), true);
        accounts.changeDisabled("anna", olga.id(), false);
        assertThat(tokensOf("olga")).isZero();
    }

    @Test
    void a_reset_password_has_to_be_exchanged_for_one_that_the_administrator_does_not_know() {
        User olga = fixture.user("olga", Role.OPERATOR);
        accounts.resetPassword("anna", olga.id(), OTHER_PASSWORD);
        Caller caller = fixture.caller("olga");

        assertThat(caller.mustChangePassword()).isTrue();
        assertThat(accounts.changeOwnPassword(caller, OTHER_PASSWORD, true)).isInstanceOf(AccountChange.Refused.class);
        assertThat(accounts.changeOwnPassword(caller, GOOD_PASSWORD, true)).isInstanceOf(AccountChange.Made.class);
        assertThat(fixture.caller("olga").permissions())
                .containsAll(Role.OPERATOR.permissions())
                .contains(Permission.CREDENTIALS);
    }

    @Test
    void who_has_only_a_temporary_password_is_not_the_administrator_who_stays() {
        User anna = fixture.user("anna", Role.ADMIN);
        accounts.createWithTemporaryPassword("anna", "berta", Role.ADMIN, OTHER_PASSWORD);

        for (AccountChange change : List.of(
                accounts.changeRole("anna", anna.id(), Role.VIEWER),
                accounts.changeDisabled("anna", anna.id(), true),
                accounts.remove("anna", anna.id()),
                accounts.resetPassword("anna", anna.id(), OTHER_PASSWORD))) {
            assertThat(change)
                    .isInstanceOfSatisfying(
                            AccountChange.Refused.class,
                            refused -> assertThat(refused.conflict()).isTrue());
        }
        accounts.changeOwnPassword(fixture.caller("berta"), GOOD_PASSWORD, true);
        assertThat(accounts.changeRole("berta", anna.id(), Role.VIEWER)).isInstanceOf(AccountChange.Made.class);
    }

    @Test
    void two_administrators_who_demote_each_other_at_once_leave_one() throws Exception {
        for (int round = 0; round < 5; round++) {
            AccountsFixture own = new AccountsFixture();
            User anna = own.user("anna", Role.ADMIN);
            User berta = own.user("berta", Role.ADMIN);
            CountDownLatch start = new CountDownLatch(1);
            List<Thread> both = List.of(
                    Thread.startVirtualThread(() -> demote(own, start, "anna", berta.id())),
                    Thread.startVirtualThread(() -> demote(own, start, "berta", anna.id())));
            start.countDown();
            for (Thread thread : both) {
                thread.join();
            }
            assertThat(own.accounts.all())
                    .filteredOn(user -> user.role() == Role.ADMIN)
                    .hasSize(1);
        }
    }

    private static void demote(AccountsFixture own, CountDownLatch start, String actor, long id) {
        try {
            start.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        own.accounts.changeRole(actor, id, Role.VIEWER);
    }

    @Test
    void a_removed_user_is_gone_with_sessions_and_tokens() {
        User olga = fixture.user("olga", Role.OPERATOR);
        token("olga");
        Caller before = fixture.caller("olga");

        accounts.remove("anna", olga.id());

        assertThat(fixture.logins.refreshed(before)).isEmpty();
        assertThat(fixture.logins.atConsole("olga", GOOD_PASSWORD, "192.0.2.1")).isInstanceOf(Login.Refused.class);
        assertThat(accounts.find("olga")).isEmpty();
    }

    @Test
    void the_audit_log_says_what_a_change_was_from_and_to() {
        User olga = fixture.user("olga", Role.VIEWER);
        assertThat(fixture.audited.getLast().change()).isEqualTo(new AuditEvent.Change(null, "viewer"));

        accounts.changeRole("anna", olga.id(), Role.OPERATOR);
        assertThat(fixture.audited.getLast().change()).isEqualTo(new AuditEvent.Change("viewer", "operator"));

        accounts.changeDisabled("anna", olga.id(), true);
        assertThat(fixture.audited.getLast().change()).isEqualTo(new AuditEvent.Change("enabled", "disabled"));

        int before = fixture.audited.size();
        accounts.changeRole("anna", olga.id(), Role.OPERATOR);
        assertThat(fixture.audited).as("what changes nothing is no change").hasSize(before);
    }

    private void token(String owner) {
        fixture.tokens.create(fixture.caller(owner), "backup", Role.VIEWER, false, Duration.ofDays(1));
    }

    private int tokensOf(String owner) {
        return fixture.tokens.visibleTo(fixture.caller(owner)).size();
    }

    @Test
    void no_secret_is_stored_or_printed() {
        String token = newLink();
        accounts.useSetupLink(token, "anna", GOOD_PASSWORD);
        ApiTokens.Creation creation =
                fixture.tokens.create(fixture.caller("anna"), "backup", Role.VIEWER, false, Duration.ofDays(1));
        String secret = ((ApiTokens.Creation.Created) creation).secret();

        assertThat(fixture.users.passwordHash(1).orElseThrow()).doesNotContain(GOOD_PASSWORD);
        assertThat(creation.toString()).doesNotContain(secret);
        assertThat(fixture.links.renew().toString()).doesNotContain("/setup/");
        assertThat(fixture.audited.toString()).doesNotContain(token, secret, GOOD_PASSWORD);
    }

    private String newLink() {
        return fixture.links.renew().path().substring("/setup/".length());
    }

    private static AccountChange result(Future<AccountChange> done) {
        return done.resultNow();
    }
}
