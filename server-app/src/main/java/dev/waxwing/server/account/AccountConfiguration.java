package dev.waxwing.server.account;

import java.util.Map;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.crypto.argon2.Argon2PasswordEncoder;
import org.springframework.security.crypto.password.DelegatingPasswordEncoder;
import org.springframework.security.crypto.password.PasswordEncoder;

@Configuration(proxyBeanMethods = false)
class AccountConfiguration {

    private static final String ARGON2 = "argon2";

    /** Argon2id with 19 MiB, two passes and one lane; the name in each hash lets a later choice stand beside it. */
    @Bean
    PasswordEncoder passwordEncoder() {
        return new DelegatingPasswordEncoder(
                ARGON2, Map.of(ARGON2, new Argon2PasswordEncoder(16, 32, 1, 19 * 1024, 2)));
    }

    /** Of a random password. It is written down here because hashing one at each start would delay the start. */
    @Bean
    NobodysHash nobodysHash() {
        return new NobodysHash("{argon2}$argon2id$v=19$m=19456,t=2,p=1$3ngN8laid5s3NvlOCv8A7A"
                + "$1Gn81n+IbAevrym2LlvPGznXZuoC656sqGd+fckUlN4");
    }
}
