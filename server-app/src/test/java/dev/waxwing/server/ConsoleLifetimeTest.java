package dev.waxwing.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waxwing.server.account.Accounts;
import dev.waxwing.server.account.Role;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;

/** How long a console session lasts. */
class ConsoleLifetimeTest {

    private static final String PASSWORD = "plum tree by the harbour";
    private static final AtomicReference<Duration> AHEAD = new AtomicReference<>(Duration.ZERO);

    private static RunningServer server;

    private ConsoleClient person;

    @BeforeAll
    static void start(@TempDir Path directory) {
        server = RunningServer.start(Ahead.class, directory.resolve("data"));
        server.bean(Accounts.class).create("test", "anna", Role.VIEWER, PASSWORD);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void logIn() {
        AHEAD.set(Duration.ZERO);
        person = ConsoleClient.of(server);
        person.login("anna", PASSWORD);
        assertThat(person.get("/settings").statusCode()).isEqualTo(200);
    }

    @Test
    void ends_when_nobody_has_done_anything_for_an_hour() {
        pass(Duration.ofMinutes(59));
        assertThat(person.get("/settings").statusCode()).isEqualTo(200);
        pass(Duration.ofMinutes(61));
        assertOver();
    }

    @Test
    void is_not_kept_alive_by_a_page_that_refreshes_itself() {
        pass(Duration.ofMinutes(40));
        assertThat(person.get("/devices", "X-Waxwing-Refresh", "1").statusCode())
                .isEqualTo(200);
        pass(Duration.ofMinutes(40));
        assertOver();
    }

    @Test
    void ends_after_twelve_hours_whatever_somebody_does() {
        for (int i = 0; i < 14; i++) {
            pass(Duration.ofMinutes(50));
            assertThat(person.get("/settings").statusCode()).isEqualTo(200);
        }
        pass(Duration.ofMinutes(50));
        assertOver();
    }

    private void assertOver() {
        assertThat(person.get("/settings").headers().firstValue("Location")).hasValue("/login");
    }

    private static void pass(Duration time) {
        AHEAD.updateAndGet(time::plus);
    }

    @Configuration(proxyBeanMethods = false)
    static class Ahead {
        @Bean
        @Primary
        Clock clockAhead() {
            return new Clock() {
                @Override
                public Instant instant() {
                    return Clock.systemUTC().instant().plus(AHEAD.get());
                }

                @Override
                public ZoneId getZone() {
                    return ZoneOffset.UTC;
                }

                @Override
                public Clock withZone(ZoneId zone) {
                    return this;
                }
            };
        }
    }
}
