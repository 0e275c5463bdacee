package dev.waxwing.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The agent as a process of its own. */
@Timeout(120)
class WaxwingAgentTest {

    @TempDir
    Path directory;

    private record Run(int status, String out, String err) {}

    private Run run(String... words) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-Duser.home=" + directory,
                "-cp",
                System.getProperty("java.class.path"),
                WaxwingAgent.class.getName()));
        command.addAll(List.of(words));
        Path err = directory.resolve("err");
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
        builder.environment().put("LC_ALL", "C.UTF-8");
        builder.environment().put("SPRING_MAIN_BANNER_MODE", "console");
        Process process = builder.redirectError(err.toFile()).start();
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Run(process.exitValue(), out, Files.readString(err));
    }

    private static JsonNode json(Run run) {
        return JsonMapper.shared().readTree(run.out());
    }

    @Test
    void obeys_no_configuration_of_the_working_directory() throws Exception {
        Files.writeString(directory.resolve("application.yml"), """
            spring:
              main:
                banner-mode: console
                web-application-type: servlet
            logging.level.root: TRACE
            """);
        Files.createDirectory(directory.resolve("config"));
        Files.writeString(directory.resolve("config/application.properties"), "spring.main.banner-mode=console\n");

        Run run = run("status", "--json", "--spring.main.banner-mode=console");
        Run plain = run("status", "--json");

        assertThat(run.status()).as("an unknown option").isEqualTo(2);
        assertThat(plain.status()).isZero();
        assertThat(json(plain).get("home").stringValue())
                .isEqualTo(directory.resolve(".waxwing").toString());
        assertThat(plain.err()).isEmpty();
    }

    @Test
    void gets_every_word_exactly_as_the_shell_split_it() throws Exception {
        Run run = run("--json", "verify", "two  words \"quoted\" 'and' $HOME \\ *  ünï");

        assertThat(run.status()).isEqualTo(1);
        assertThat(json(run).get("error").stringValue()).contains("'two  words \"quoted\" 'and' $HOME \\ *  ünï'");
    }

    @Test
    void takes_an_empty_word_as_a_word() throws Exception {
        Run run = run("--json", "verify", "");

        assertThat(run.status()).isEqualTo(1);
    }

    @Test
    void runs_the_shell_when_no_command_is_given_and_ends_with_its_input() throws Exception {
        Run run = run();

        assertThat(run.status()).isZero();
        assertThat(run.out()).contains("Waxwing device shell");
        assertThat(run.err()).isEmpty();
    }

    @Test
    void prints_its_version() throws Exception {
        assertThat(run("--version").out()).startsWith("waxwing device agent ");
    }
}
