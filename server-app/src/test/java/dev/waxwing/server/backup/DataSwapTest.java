package dev.waxwing.server.backup;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whenever the process dies, the next one finds all of the old state or makes all of the new one. */
class DataSwapTest {

    @TempDir
    Path home;

    @Test
    void puts_a_new_state_in_place_and_the_old_one_aside() throws IOException {
        old();
        build(DataSwap.in(home).begin());
        DataSwap.in(home).commit("before-restore-1");
        assertNew();
    }

    @Test
    void drops_what_was_not_decided() throws IOException {
        old();
        build(DataSwap.in(home).begin());

        DataSwap.in(home).settle();

        assertThat(home.resolve("restoring")).doesNotExist();
        assertThat(home.resolve("keys/root.pem")).hasContent("old");
        assertThat(home.resolve("db/waxwing.mv.db")).hasContent("old");
        assertThat(home.resolve("first-run.txt")).exists();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6})
    void finishes_what_was_decided_wherever_it_was_interrupted(int steps) throws IOException {
        old();
        Path restored = Files.createDirectory(home.resolve("restored"));
        build(restored);
        Files.writeString(restored.resolve("before"), "before-restore-1");
        Path before = home.resolve("before-restore-1");
        if (steps > 0) {
            Files.createDirectory(before);
        }
        List<Path[]> moves = List.of(
                new Path[] {home.resolve("db"), before.resolve("db")},
                new Path[] {restored.resolve("db"), home.resolve("db")},
                new Path[] {home.resolve("keys"), before.resolve("keys")},
                new Path[] {restored.resolve("keys"), home.resolve("keys")},
                new Path[] {home.resolve("first-run.txt"), before.resolve("first-run.txt")});
        for (Path[] move : moves.subList(0, Math.min(steps, moves.size()))) {
            Files.move(move[0], move[1]);
        }
        if (steps > moves.size()) {
            Files.delete(restored.resolve("before"));
        }

        DataSwap.in(home).settle();

        assertNew();
    }

    private void old() throws IOException {
        state(home, "old");
        Files.createDirectory(home.resolve("media"));
        Files.writeString(home.resolve("media/content"), "stays");
        Files.writeString(home.resolve("first-run.txt"), "a link of the old state");
    }

    private static void build(Path into) throws IOException {
        state(into, "new");
    }

    private static void state(Path into, String content) throws IOException {
        Files.createDirectory(into.resolve("keys"));
        Files.writeString(into.resolve("keys/root.pem"), content);
        Files.createDirectory(into.resolve("db"));
        Files.writeString(into.resolve("db/waxwing.mv.db"), content);
    }

    private void assertNew() {
        assertThat(home.resolve("keys/root.pem")).hasContent("new");
        assertThat(home.resolve("db/waxwing.mv.db")).hasContent("new");
        assertThat(home.resolve("media/content")).hasContent("stays");
        assertThat(home.resolve("before-restore-1/keys/root.pem")).hasContent("old");
        assertThat(home.resolve("before-restore-1/db/waxwing.mv.db")).hasContent("old");
        assertThat(home.resolve("before-restore-1/first-run.txt")).exists();
        assertThat(home.resolve("first-run.txt")).doesNotExist();
        assertThat(home.resolve("restored")).doesNotExist();
        assertThat(home.resolve("restoring")).doesNotExist();
    }
}
