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

        assertThat(tokens.create(anna, "x", Role.ADMIN, false, Duration.ofDays(1)))
                .isInstanceOf(ApiTokens.Creation.Refused.class);
        assertThat(tokens.create(anna, "x", Role.AUDITOR, false, Duration.ofDays(1)))
                .isInstanceOf(ApiTokens.Creation.Refused.class);
        assertThat(tokens.create(anna, "x", Role.VIEWER, false, Duration.ofDays(1)))
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
    void nobody_has_more_tokens_than_a_page_can_show() {
        fixture.user("anna", Role.ADMIN);
        fixture.user("berta", Role.VIEWER);
        Caller berta = fixture.caller("berta");
        for (int i = 0; i < ApiTokens.MOST_PER_USER; i++) {
            token(berta, Role.VIEWER);
        }

        assertThat(tokens.create(berta, "x", Role.VIEWER, false, Duration.ofHours(1)))
                .isInstanceOfSatisfying(
                        ApiTokens.Creation.Refused.class,
                        refused -> assertThat(refused.why()).contains("100 API tokens"));
        token(fixture.caller("anna"), Role.VIEWER);

        fixture.clock.advance(Duration.ofDays(1));
        token(berta, Role.VIEWER);
        assertThat(tokens.visibleTo(berta)).as("those that have ended are gone").hasSize(1);
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
    void a_token_makes_no_others_unless_that_was_allowed_when_it_was_made() {
        fixture.user("anna", Role.ADMIN);
        Caller plain = accepted(token(fixture.caller("anna"), Role.ADMIN));
        Caller maker = accepted(maker(fixture.caller("anna"), Role.ADMIN));

        assertThat(plain.may(Permission.ADMINISTER)).isTrue();
        assertThat(plain.may(Permission.CREDENTIALS)).isFalse();
        assertThat(tokens.create(plain, "sibling", Role.VIEWER, false, Duration.ofHours(1)))
                .isInstanceOf(ApiTokens.Creation.Refused.class);
        assertThat(tokens.create(maker, "child", Role.VIEWER, true, Duration.ofHours(1)))
                .isInstanceOf(ApiTokens.Creation.Created.class);
    }

    @Test
    void a_token_made_with_a_token_cannot_outlive_it_or_do_more() {
        fixture.user("anna", Role.ADMIN);
        Caller byToken = accepted(maker(fixture.caller("anna"), Role.VIEWER));

        assertThat(tokens.create(byToken, "longer", Role.VIEWER, false, Duration.ofDays(2)))
                .isInstanceOf(ApiTokens.Creation.Refused.class);
        assertThat(tokens.create(byToken, "more", Role.OPERATOR, false, Duration.ofHours(1)))
                .isInstanceOf(ApiTokens.Creation.Refused.class);
        assertThat(tokens.create(byToken, "less", Role.VIEWER, false, Duration.ofHours(1)))
                .isInstanceOf(ApiTokens.Creation.Created.class);
    }

    @Test
    void a_token_without_that_right_sees_and_ends_itself_and_no_other() {
        fixture.user("anna", Role.ADMIN);
        Caller anna = fixture.caller("anna");
        token(anna, Role.VIEWER);
        Caller plain = accepted(token(anna, Role.ADMIN));
        long other = tokens.visibleTo(anna).getLast().id();
        long itself = tokens.visibleTo(anna).getFirst().id();

        assertThat(tokens.visibleTo(plain)).extracting(ApiToken::id).containsExactly(itself);
        assertThat(tokens.revoke(plain, other)).isFalse();
        assertThat(tokens.revoke(plain, itself)).isTrue();
        assertThat(tokens.visibleTo(anna)).extracting(ApiToken::id).containsExactly(other);
    }

    @Test
    void the_list_shows_when_and_from_where_a_token_was_last_used_with_a_write_a_minute_at_most() {
        fixture.user("anna", Role.ADMIN);
        Caller anna = fixture.caller("anna");
        String secret = token(anna, Role.VIEWER);
        assertThat(tokens.visibleTo(anna).getFirst().lastUsedAt()).isNull();

        fixture.logins.withToken(secret, HERE);
        fixture.clock.advance(Duration.ofSeconds(59));
        fixture.logins.withToken(secret, "192.0.2.99");
        ApiToken once = tokens.visibleTo(anna).getFirst();
        fixture.clock.advance(Duration.ofSeconds(2));
        fixture.logins.withToken(secret, "192.0.2.99");
        ApiToken twice = tokens.visibleTo(anna).getFirst();

        assertThat(once.lastUsedAt()).isEqualTo(fixture.clock.instant().minusSeconds(61));
        assertThat(once.lastUsedFrom()).isEqualTo(HERE);
        assertThat(twice.lastUsedAt()).isEqualTo(fixture.clock.instant());
        assertThat(twice.lastUsedFrom()).isEqualTo("192.0.2.99");
    }

    @Test
    void the_audit_log_names_the_token_by_which_a_token_was_made() {
        fixture.user("anna", Role.ADMIN);
        Caller maker = accepted(maker(fixture.caller("anna"), Role.VIEWER));

        tokens.create(maker, "child", Role.VIEWER, false, Duration.ofHours(1));

        assertThat(fixture.audited.getLast().reason())
                .contains("scope viewer", "by token " + maker.token().id(), "child");
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
        return ((ApiTokens.Creation.Created) tokens.create(caller, "test", role, false, Duration.ofDays(1))).secret();
    }

    private String maker(Caller caller, Role role) {
        return ((ApiTokens.Creation.Created) tokens.create(caller, "maker", role, true, Duration.ofDays(1))).secret();
    }

    private Caller accepted(String secret) {
        return ((Login.Accepted) fixture.logins.withToken(secret, HERE)).caller();
    }
}
