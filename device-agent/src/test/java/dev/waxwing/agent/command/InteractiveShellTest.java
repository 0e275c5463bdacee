package dev.waxwing.agent.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waxwing.agent.upload.ServerDouble;
import dev.waxwing.crypto.Suite;
import dev.waxwing.media.Text;
import dev.waxwing.trust.TestPki;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import org.jline.terminal.Terminal;
import org.jline.terminal.impl.DumbTerminal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class InteractiveShellTest {

    @TempDir
    Path directory;

    private final SecureRandom random = new SecureRandom();
    private final AgentShell shell = new AgentConfiguration().agentShell(random, TestPki.CLOCK);

    /** Types the lines and returns all that the terminal shows. */
    private String type(String... lines) throws IOException {
        String input = String.join("\n", lines) + "\n";
        ByteArrayOutputStream shown = new ByteArrayOutputStream();
        Device device = new Device(directory.resolve("home"), null, Suite.usual(), random, TestPki.CLOCK);
        try (device;
                Terminal terminal = new DumbTerminal(
                        "test",
                        Terminal.TYPE_DUMB,
                        new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                        shown,
                        StandardCharsets.UTF_8)) {
            assertThat(InteractiveShell.run(shell, device, new ConsoleRecording("").console(), terminal))
                    .isZero();
        }
        return shown.toString(StandardCharsets.UTF_8);
    }

    @Test
    void runs_commands_until_exit() throws IOException {
        assertThat(type("status", "help", "exit", "doctor"))
                .contains("not enrolled", "leave the shell", "waxwing> ")
                .doesNotContain(" failed");
    }

    @Test
    void ends_at_the_end_of_input() throws IOException {
        assertThat(type("status")).contains("not enrolled");
    }

    @Test
    void goes_on_after_mistakes_and_failures() throws IOException {
        assertThat(type("nonsense", "text 'open", "", "text hello", "status"))
                .contains("no command 'nonsense'", "is not closed", "not enrolled", "Ask the administrator");
    }

    @Test
    void does_not_change_the_home_in_the_middle() throws IOException {
        assertThat(type("status --home /elsewhere")).contains("when the shell is started");
    }

    @Test
    void does_not_speak_classic() throws IOException {
        assertThat(type("text --classic 127.0.0.1:1 --classic-kit /elsewhere hello"))
                .contains("one command at a time");
    }

    @Test
    void explains_a_command() throws IOException {
        assertThat(type("send --help")).contains("usage: send");
    }

    @Test
    void keeps_a_session_open_from_connect_to_disconnect_and_shows_it_in_the_prompt() throws IOException {
        try (ServerDouble server = new ServerDouble()) {
            Path invite = Files.writeString(
                    directory.resolve("invite"), server.invite("camera-1").encode());
            String shown = type(
                    "enroll --invite-file '" + invite + "'",
                    "connect",
                    "text its \"two  words\"! \\-",
                    "text second",
                    "disconnect",
                    "text third");

            assertThat(shown)
                    .contains(
                            "enrolled as camera-1", "camera-1> ", "camera-1 (connected)> ", "disconnected", "receipt");
            assertThat(server.texts.values())
                    .extracting(Text::text)
                    .containsExactly("its two  words! -", "second", "third");
            // To try the enrolment out, for connect, and for the last text.
            assertThat(server.sessions).isEqualTo(3);
        }
    }

    @Test
    void lets_other_agents_use_the_home_between_commands() throws Exception {
        try (ServerDouble server = new ServerDouble()) {
            Path invite = Files.writeString(
                    directory.resolve("invite"), server.invite("camera-1").encode());
            Device device = new Device(directory.resolve("home"), null, Suite.usual(), random, TestPki.CLOCK);
            try (device;
                    Terminal terminal = new DumbTerminal(
                            "test",
                            Terminal.TYPE_DUMB,
                            new ByteArrayInputStream(("enroll --invite-file '" + invite + "'\ntext hello\n")
                                    .getBytes(StandardCharsets.UTF_8)),
                            new ByteArrayOutputStream(),
                            StandardCharsets.UTF_8)) {
                InteractiveShell.run(shell, device, new ConsoleRecording("").console(), terminal);
                assertThat(device.home().lock(Duration.ZERO)).isNotNull();
            }
        }
    }
}
