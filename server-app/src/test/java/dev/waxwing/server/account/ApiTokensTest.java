package dev.waxwing.server.account;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ApiTokensTest {

    private static final String HERE = "192.0.2.1";

    private final AccountsFixture fixture = new AccountsFixture();
    private final ApiTokens tokens = fixture.tokens;

    @Test
    void a_token_acts_for_its_owner_within_its_scope() {
        fixture.user("anna", Role.ADMIN);
        String secret = token(fixture.caller("anna"), Role.OPERATOR);

        Caller caller = accepted(secret);

        assertThat(caller.name()).isEqualTo("anna");
        assertThat(caller.permissions()).isEqualTo(Role.OPERATOR.permissions());
    }

    @Test
    void a_token_cannot_have_a_scope_above_its_owner() {
        fixture.user("anna", Role.OPERATOR);
        Caller anna = fixture.caller("anna");

        assertThat(tokens.create(anna, "x", Role.ADMIN, Duration.ofDays(1)))
                .isInstanceOf(ApiTokens.Creation.Refused.class);
        assertThat(tokens.create(anna, "x", Role.AUDITOR, Duration.ofDays(1)))
                .isInstanceOf(ApiTokens.Creation.Refused.class);
        assertThat(tokens.create(anna, "x", Role.VIEWER, Duration.ofDays(1)))
                .isInstanceOf(ApiTokens.Creation.Created.class);
    }

    @Test
    void a_token_loses_what_its_owner_loses() {
        User anna = fixture.user("anna", Role.ADMIN);
        fixture.user("berta", Role.ADMIN);
        String secret = token(fixture.caller("anna"), Role.ADMIN);
        fixture.accounts.changeRole("berta", anna.id(), Role.AUDITOR);

        assertThat(accepted(secret).permissions()).isEqualTo(Role.AUDITOR.permissions());
    }

    @Test
    void a_token_of_a_disabled_owner_is_refused() {
        User anna = fixture.user("anna", Role.ADMIN);
        fixture.user("berta", Role.ADMIN);
        String secret = token(fixture.caller("anna"), Role.VIEWER);
        fixture.accounts.changeDisabled("berta", anna.id(), true);

        assertThat(fixture.logins.withToken(secret, HERE)).isInstanceOf(Login.Refused.class);
    }

    @Test
    void a_token_ends() {
        fixture.user("anna", Role.ADMIN);
        String secret = token(fixture.caller("anna"), Role.VIEWER);
        fixture.clock.advance(Duration.ofDays(1));

        assertThat(fixture.logins.withToken(secret, HERE)).isInstanceOf(Login.Refused.class);
    }

    @Test
    void a_revoked_token_is_refused() {
        fixture.user("anna", Role.ADMIN);
        Caller anna = fixture.caller("anna");
        String secret = token(anna, Role.VIEWER);

        assertThat(tokens.revoke(anna, tokens.visibleTo(anna).getFirst().id())).isTrue();
        assertThat(fixture.logins.withToken(secret, HERE)).isInstanceOf(Login.Refused.class);
    }

    @Test
    void nobody_but_an_administrator_sees_or_ends_the_tokens_of_others() {
        fixture.user("anna", Role.ADMIN);
        fixture.user("olga", Role.OPERATOR);
        Caller anna = fixture.caller("anna");
        Caller olga = fixture.caller("olga");
        token(anna, Role.VIEWER);
        token(olga, Role.VIEWER);
        long annas = tokens.visibleTo(anna).getLast().id();

        assertThat(tokens.visibleTo(olga)).extracting(ApiToken::owner).containsExactly("olga");
        assertThat(tokens.revoke(olga, annas)).isFalse();
        assertThat(tokens.visibleTo(anna)).extracting(ApiToken::owner).containsExactly("olga", "anna");
    }

    @Test
    void a_token_made_with_a_token_cannot_outlive_it_or_do_more() {
        fixture.user("anna", Role.ADMIN);
        Caller byToken = accepted(token(fixture.caller("anna"), Role.VIEWER));

        assertThat(tokens.create(byToken, "longer", Role.VIEWER, Duration.ofDays(2)))
                .isInstanceOf(ApiTokens.Creation.Refused.class);
        assertThat(tokens.create(byToken, "more", Role.OPERATOR, Duration.ofHours(1)))
                .isInstanceOf(ApiTokens.Creation.Refused.class);
        assertThat(tokens.create(byToken, "less", Role.VIEWER, Duration.ofHours(1)))
                .isInstanceOf(ApiTokens.Creation.Created.class);
    }

    @Test
    void guessing_tokens_is_slowed_down() {
        for (int i = 0; i < 5; i++) {
            assertThat(fixture.logins.withToken(ApiTokens.PREFIX + "guess" + i, HERE))
                    .isInstanceOf(Login.Refused.class);
        }
        assertThat(fixture.logins.withToken(ApiTokens.PREFIX + "guess", HERE)).isInstanceOf(Login.MustWait.class);
    }

    private String token(Caller caller, Role role) {
        return ((ApiTokens.Creation.Created) tokens.create(caller, "test", role, Duration.ofDays(1))).secret();
    }

    private Caller accepted(String secret) {
        return ((Login.Accepted) fixture.logins.withToken(secret, HERE)).caller();
    }
}
