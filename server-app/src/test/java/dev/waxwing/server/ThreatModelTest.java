package dev.waxwing.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What docs/threat-model.md refers to exists. */
class ThreatModelTest {

    private static final Path ROOT = Path.of("..");
    private static final Pattern TEST_CLASS = Pattern.compile("`([A-Z][A-Za-z0-9]*Test)`");
    private static final Pattern SECTION = Pattern.compile("§\\s?([0-9]+(?:\\.[0-9]+)?)");

    @Test
    void every_test_class_that_it_names_exists() throws IOException {
        List<String> named = matches(TEST_CLASS, document("threat-model.md"));
        assertThat(named).hasSizeGreaterThan(20);
        assertThat(testClasses()).containsAll(named);
    }

    @Test
    void every_section_of_the_protocol_that_it_cites_exists() throws IOException {
        List<String> headings = document("protocol.md")
                .lines()
                .filter(line -> line.matches("#{2,3} [0-9].*"))
                .map(line -> line.replaceFirst("#+ ([0-9]+(?:\\.[0-9]+)?)\\.? .*", "$1"))
                .toList();
        List<String> cited = matches(SECTION, document("threat-model.md"));
        assertThat(cited).hasSizeGreaterThan(20);
        assertThat(headings).containsAll(cited);
    }

    private static Set<String> testClasses() throws IOException {
        try (Stream<Path> files = Stream.of("src-shared", "ca-admin", "server-app", "device-agent")
                .map(module -> ROOT.resolve(module).resolve("src/test/java"))
                .flatMap(ThreatModelTest::walk)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .filter(file -> file.endsWith("Test.java"))
                    .map(file -> file.substring(0, file.length() - ".java".length()))
                    .collect(Collectors.toSet());
        }
    }

    private static Stream<Path> walk(Path folder) {
        try {
            return Files.walk(folder);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String document(String name) throws IOException {
        return Files.readString(ROOT.resolve("docs").resolve(name));
    }

    private static List<String> matches(Pattern pattern, String text) {
        return pattern.matcher(text)
                .results()
                .map((MatchResult found) -> found.group(1))
                .distinct()
                .toList();
    }
}
