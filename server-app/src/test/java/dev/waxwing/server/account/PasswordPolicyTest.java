package dev.waxwing.server.account;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PasswordPolicyTest {

    private final PasswordPolicy policy = new PasswordPolicy();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "elevenchars",
                "aaaaaaaaaaaaaaaa",
                "abababababababab",
                "password1234",
                "Password123!!!",
                "correct horse battery staple",
                "123456789012",
                "abcdefghijklmn",
                "qwertyuiopasdf",
                "2026anna2026!!"
            })
    void refuses_short_repeated_common_and_guessable_passwords(String password) {
        assertThat(policy.objection("anna", password)).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"plum tree by the harbour", "x7#kQ9!vLm2$", "ünïcödé wörks hérè", "Tr0ub4dor&3xyz"})
    void accepts_others(String password) {
        assertThat(policy.objection("anna", password)).isEmpty();
    }

    @Test
    void counts_characters_and_not_their_halves() {
        assertThat(policy.objection("anna", "🐦🌲🍒❄️🌅🏔️")).isPresent();
    }

    @Test
    void refuses_half_a_character() {
        assertThat(policy.objection("anna", "plum tree by the harbour \ud83d")).isPresent();
        assertThat(policy.objection("anna", "plum tree by the harbour \ud83d\udc26"))
                .isEmpty();
    }

    @Test
    void refuses_what_nobody_types() {
        assertThat(policy.objection("anna", "plum tree ".repeat(40))).isPresent();
    }
}
