package dev.waxwing.server.account;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.springframework.security.crypto.password.PasswordEncoder;

class AccountConfigurationTest {

    private final AccountConfiguration configuration = new AccountConfiguration();

    @Test
    void the_hash_of_nobody_costs_as_much_as_that_of_a_user() {
        PasswordEncoder encoder = configuration.passwordEncoder();

        assertThat(algorithmAndCost(configuration.nobodysHash().value()))
                .isEqualTo(algorithmAndCost(String.valueOf(encoder.encode("plum tree by the harbour"))));
        assertThat(encoder.matches("", configuration.nobodysHash().value())).isFalse();
    }

    /** {@code {argon2}$argon2id$v=19$m=..,t=..,p=..$salt$hash}, and how long the last two are. */
    private static String algorithmAndCost(String hash) {
        String[] parts = hash.split("\\$");
        assertThat(parts).hasSize(6);
        return String.join("$", parts[0], parts[1], parts[2], parts[3]) + parts[4].length() + parts[5].length();
    }
}
