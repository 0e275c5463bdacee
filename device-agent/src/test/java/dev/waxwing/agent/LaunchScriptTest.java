package dev.waxwing.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** {@code bin/agent} and its start cache, in a repository whose agent only says which edition of it runs. */
@DisabledOnOs(OS.WINDOWS)
class LaunchScriptTest {

    private static final String ARTIFACT = "waxwing-device-agent-0.1.0-SNAPSHOT";

    /** Unpacks itself as a Spring Boot jar does. */
    private static final String AGENT = """
        public class Agent {
            public static void main(String[] args) throws Exception {
                if (System.getProperty("jarmode") != null) {
                    var copy = java.nio.file.Path.of(args[2]);
                    var jar = java.nio.file.Path.of(System.getProperty("java.class.path"));
                    java.nio.file.Files.createDirectories(copy.resolve("lib"));
                    java.nio.file.Files.copy(jar, copy.resolve(jar.getFileName()));
                } else if (args.length == 2 && args[0].equals("--home")) {
                    %s
                } else {
                    System.out.println("edition %s: " + String.join("|", args));
                }
            }
        }
        """;

    private record Run(int exit, String out, String err) {

        boolean fromCache() {
            return out.contains("Agent source: shared objects file");
        }
    }

    @TempDir
    private Path directory;

    private Path root;

    @BeforeEach
    void copy_the_scripts() throws IOException {
        root = directory.resolve("a repository");
        Path target = Files.createDirectories(root.resolve("device-agent/target"));
        for (String module : List.of("device-agent", "src-shared")) {
            Files.createDirectories(root.resolve(module).resolve("src/main"));
            Files.createFile(root.resolve(module).resolve("pom.xml"));
        }
        Files.createFile(root.resolve("pom.xml"));
        Files.createFile(target.resolve(ARTIFACT + ".jar"));
        Files.createDirectories(root.resolve("bin"));
        for (String script : List.of("agent", "lib.sh", "StartCache.java")) {
            Files.copy(Path.of("../bin", script), root.resolve("bin").resolve(script));
        }
    }

    @Test
    void the_first_launch_makes_a_cache_and_the_second_starts_from_it() throws Exception {
        build("A", "");
        assertThat(agent("first", "two words").out()).contains("edition A: first|two words");
        assertThat(caches()).hasSize(1).allMatch(LaunchScriptTest::hasContent);

        Run second = agent("second");

        assertThat(second.fromCache()).isTrue();
        assertThat(second.out()).contains("edition A: second");
        assertThat(second.err()).isEmpty();
    }

    @Test
    void a_changed_jar_of_the_same_size_and_time_is_never_mistaken_for_the_old_one() throws Exception {
        build("A", "");
        agent();
        build("B", "");

        assertThat(agent().out()).contains("edition B");
        assertThat(agent().fromCache()).isTrue();
        assertThat(caches()).as("a cache that no start can use is removed").hasSize(1);
    }

    @Test
    void a_cache_that_was_cut_off_or_damaged_costs_only_time() throws Exception {
        build("A", "");
        agent();
        Path cache = caches().getFirst();
        long size = Files.size(cache);
        try (FileChannel file = FileChannel.open(cache, StandardOpenOption.WRITE)) {
            for (long position = size / 4; position < size; position += size / 4) {
                file.write(StandardCharsets.UTF_8.encode("damaged"), position);
            }
        }
        Run damaged = agent("damaged");
        assertThat(damaged.exit()).isZero();
        assertThat(damaged.fromCache()).isFalse();

        try (FileChannel file = FileChannel.open(cache, StandardOpenOption.WRITE)) {
            file.truncate(size / 2);
        }
        assertThat(launch("", "cut off").out()).isEqualTo("edition A: cut off\n");
    }

    @Test
    void options_with_which_no_cache_can_be_used_still_work() throws Exception {
        build("A", "");
        agent();

        assertThat(launch("-Xshare:off").out()).isEqualTo("edition A: \n");
        assertThat(launch("-XX:-UseCompressedOops").out()).isEqualTo("edition A: \n");
    }

    @Test
    void a_rehearsal_that_fails_is_not_repeated_and_leaves_the_jar_to_start_from() throws Exception {
        build("A", "System.exit(3);");
        Run first = agent();
        assertThat(first.out()).contains("edition A");
        assertThat(first.err()).contains("Starts will be slower");

        Run second = agent();

        assertThat(second.out()).contains("edition A");
        assertThat(second.err()).isEmpty();
        assertThat(caches()).hasSize(1).noneMatch(LaunchScriptTest::hasContent);
    }

    @Test
    void nothing_is_made_when_it_is_turned_off() throws Exception {
        build("A", "");

        assertThat(run("", "off", "x").out()).isEqualTo("edition A: x\n");
        assertThat(root.resolve("device-agent/target/start")).doesNotExist();
    }

    /** The file's time is always the same, as that of a reproducible build. */
    private void build(String edition, String rehearsal) throws IOException {
        Path source = Files.writeString(directory.resolve("Agent.java"), AGENT.formatted(rehearsal, edition));
        int status = ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-d", directory.toString(), source.toString());
        assertThat(status).isZero();
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, "Agent");
        FileTime built = FileTime.from(Instant.parse("2026-01-01T00:00:00Z"));
        Path jar = root.resolve("device-agent/target").resolve(ARTIFACT + "-exec.jar");
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file, manifest)) {
            JarEntry entry = new JarEntry("Agent.class");
            entry.setLastModifiedTime(built);
            out.putNextEntry(entry);
            out.write(Files.readAllBytes(directory.resolve("Agent.class")));
        }
        Files.setLastModifiedTime(jar, built);
    }

    private Run agent(String... words) throws Exception {
        return run("-Xlog:class+load", "on", words);
    }

    private Run launch(String options, String... words) throws Exception {
        return run(options, "on", words);
    }

    private Run run(String options, String cache, String... words) throws Exception {
        Path out = Files.createTempFile(directory, "out", "");
        Path err = Files.createTempFile(directory, "err", "");
        ProcessBuilder builder = new ProcessBuilder(
                        Stream.concat(Stream.of(root.resolve("bin/agent").toString()), Stream.of(words))
                                .toList())
                .directory(directory.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().keySet().removeIf(name -> name.contains("JAVA") || name.contains("JDK"));
        builder.environment().put("WAXWING_JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("WAXWING_JAVA_OPTS", options);
        builder.environment().put("WAXWING_START_CACHE", cache);
        Process process = builder.start();
        process.getOutputStream().close();
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
        return new Run(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    private List<Path> caches() throws IOException {
        try (Stream<Path> files = Files.walk(root.resolve("device-agent/target/start"))) {
            return files.filter(file -> file.toString().endsWith(".aot")).toList();
        }
    }

    private static boolean hasContent(Path file) {
        return file.toFile().length() > 0;
    }
}
