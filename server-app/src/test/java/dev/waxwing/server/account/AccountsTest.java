package dev.waxwing.server.account;

import static dev.waxwing.server.account.AccountsFixture.GOOD_PASSWORD;
import static org.assertj.core.api.Assertions.assertThat;

import dev.waxwing.ca.audit.AuditEvent;
import dev.waxwing.ca.audit.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class AccountsTest {

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
                .isEqualTo(new AccountChange.Refused("There is a user of that name already."));
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
    void ones_own_password_changes_only_with_the_current_one() {
        fixture.user("anna", Role.ADMIN);
        Caller anna = fixture.caller("anna");

        assertThat(accounts.changeOwnPassword(anna, "a wrong password", "another plum tree, elsewhere"))
                .isEqualTo(new AccountChange.Refused("The current password is not right."));
        assertThat(fixture.audited.getLast().outcome()).isEqualTo(Outcome.REFUSED);
        assertThat(accounts.changeOwnPassword(anna, GOOD_PASSWORD, "another plum tree, elsewhere"))
                .isInstanceOf(AccountChange.Made.class);
        assertThat(fixture.logins.atConsole("anna", GOOD_PASSWORD, "192.0.2.1")).isInstanceOf(Login.Refused.class);
    }

    @Test
    void no_secret_is_stored_or_printed() {
        String token = newLink();
        accounts.useSetupLink(token, "anna", GOOD_PASSWORD);
        ApiTokens.Creation creation =
                fixture.tokens.create(fixture.caller("anna"), "backup", Role.VIEWER, Duration.ofDays(1));
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
