package dev.waxwing.agent.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waxwing.agent.upload.ServerDouble;
import dev.waxwing.trust.TestPki;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a person is told when the device's clock is wrong, and what the device believes then (section 7.1). */
@Timeout(60)
class ClockTest {

    private static final Instant NOW = TestPki.NOW;
    private static final Duration HOUR = Duration.ofHours(1);
    private static final String SERVERS_TIME = "the server's says 2026-06-01 12:00:00 UTC";

    @TempDir
    Path directory;

    private ServerDouble server;
    private Path home;
    private Instant deviceTime = NOW;

    private record Run(int status, String out, String err) {}

    @BeforeEach
    void enrol() throws IOException {
        server = new ServerDouble();
        home = directory.resolve("home");
        assertThat(enrol("enroll").status()).isZero();
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    private Run enrol(String... words) throws IOException {
        Path invite = Files.writeString(
                directory.resolve("invite"), server.invite("camera-1").encode());
        return run(Stream.concat(Stream.of(words), Stream.of("--invite-file", invite.toString()))
                .toArray(String[]::new));
    }

    private Run run(String... words) throws IOException {
        AgentShell shell =
                new AgentConfiguration().agentShell(new SecureRandom(), Clock.fixed(deviceTime, ZoneOffset.UTC));
        ConsoleRecording console = new ConsoleRecording("");
        List<String> line = Stream.concat(Stream.of("--home", home.toString()), Stream.of(words))
                .toList();
        int status = shell.run(line, console.console());
        return new Run(status, console.out(), console.err());
    }

    @ParameterizedTest
    @ValueSource(longs = {-500, -30, 2, 24 * 60, 24 * 365 * 10})
    void says_what_both_clocks_say_when_the_handshake_fails_because_of_them(long hoursWrong) throws IOException {
        deviceTime = NOW.plus(HOUR.multipliedBy(hoursWrong));

        Run text = run("text", "hello");
        assertThat(text.status()).isEqualTo(1);
        assertThat(text.err()).contains("this device's clock says").contains(SERVERS_TIME + ": set the clock");
        assertThat(text.err()).contains("The server's time is a hint, not proof");
        assertThat(run("connect").err()).contains(SERVERS_TIME);
        assertThat(server.texts).isEmpty();

        Run doctor = run("doctor");
        assertThat(doctor.status()).isEqualTo(1);
        assertThat(doctor.out()).contains(SERVERS_TIME);

        deviceTime = NOW;
        assertThat(run("connect").status()).isZero();
        assertThat(server.texts).hasSize(1);
    }

    @Test
    void says_so_too_when_an_enrolment_fails_because_of_the_clock() throws IOException {
        deviceTime = NOW.minus(Duration.ofDays(400));
        Run enrol = enrol("enroll", "--replace");
        assertThat(enrol.status()).isEqualTo(1);
        assertThat(enrol.err()).contains("this device's clock says 2025-04-27 12:00:00 UTC, " + SERVERS_TIME);
    }

    @Test
    void warns_of_a_clock_that_is_wrong_though_a_session_stands() throws IOException {
        deviceTime = NOW.plus(Duration.ofMinutes(20));
        Run connect = run("connect");
        assertThat(connect.status()).isZero();
        assertThat(connect.err())
                .containsOnlyOnce(
                        "this device's clock says 2026-06-01 12:20:00 UTC, " + SERVERS_TIME + ": set the clock");
        Run doctor = run("doctor");
        assertThat(doctor.status()).isEqualTo(1);
        assertThat(doctor.out()).contains("FAIL  clock").contains(SERVERS_TIME);

        deviceTime = NOW.plusSeconds(60);
        assertThat(run("connect").err()).doesNotContain("clock");
        assertThat(run("doctor").out()).contains("warn  clock");
    }

    @Test
    void refuses_an_old_proof_that_is_shown_again_after_the_clock_was_set_back() throws IOException {
        deviceTime = NOW.minus(Duration.ofHours(12));
        server.now = deviceTime;

        Run connect = run("connect");
        assertThat(connect.status()).isEqualTo(1);
        assertThat(connect.err())
                .contains("this device's clock, which says 2026-06-01 00:00:00 UTC, was set back")
                .contains("STAPLE_BELOW_FLOOR");
        Run doctor = run("doctor", "--offline");
        assertThat(doctor.status()).isEqualTo(1);
        assertThat(doctor.out()).contains("there is proof that it is 2026-06-01 12:00:00 UTC or later");
    }

    @Test
    void says_that_the_server_is_to_blame_when_the_clocks_agree() throws IOException {
        deviceTime = NOW.plus(Duration.ofDays(80));
        server.now = deviceTime;
        assertThat(run("connect").status()).isZero();

        deviceTime = NOW.plus(Duration.ofDays(100));
        server.now = deviceTime;
        Run connect = run("connect");
        assertThat(connect.err()).contains("out of date").contains("agrees with the server's");
    }

    @Test
    void an_invite_lets_a_device_start_over_whose_floor_is_ahead_of_everything() throws IOException {
        Path floor;
        try (Stream<Path> files = Files.list(home)) {
            floor = files.filter(file -> file.getFileName().toString().startsWith("time-"))
                    .findFirst()
                    .orElseThrow();
        }
        Files.writeString(floor, "{\"latest\":\"2027-06-01T12:00:00Z\"}");
        assertThat(run("connect").err()).contains("STAPLE_BELOW_FLOOR").contains("--replace");

        server.renewInvite();
        Run enrolled = enrol("enroll", "--replace");
        assertThat(enrolled.status()).as(enrolled.err()).isZero();
        assertThat(run("connect").status()).isZero();
    }
}
