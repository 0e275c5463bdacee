package dev.waxwing.server.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
        DataSwap.in(home).decide("before-restore-1");
        assertThat(home.resolve("keys/root.pem")).hasContent("old");
        DataSwap.in(home).finish();
        assertNew();
    }

    @Test
    void drops_what_was_not_decided() throws IOException {
        old();
        build(DataSwap.in(home).begin());

        DataSwap.in(home).settle();

        assertThat(home.resolve(DataSwap.RESTORING)).doesNotExist();
        assertThat(home.resolve("keys/root.pem")).hasContent("old");
        assertThat(home.resolve("db/waxwing.mv.db")).hasContent("old");
        assertThat(home.resolve("first-run.txt")).exists();
        assertThat(home.resolve("sweeps/0f1e2d3c.sweep")).exists();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7})
    void finishes_what_was_decided_wherever_it_was_interrupted(int steps) throws IOException {
        old();
        build(DataSwap.in(home).begin());
        DataSwap.in(home).decide("before-restore-1");
        Path restored = home.resolve(DataSwap.RESTORED);
        Path before = home.resolve("before-restore-1");
        if (steps > 0) {
            Files.createDirectory(before);
        }
        List<Path[]> moves = List.of(
                new Path[] {home.resolve("db"), before.resolve("db")},
                new Path[] {restored.resolve("db"), home.resolve("db")},
                new Path[] {home.resolve("keys"), before.resolve("keys")},
                new Path[] {restored.resolve("keys"), home.resolve("keys")},
                new Path[] {home.resolve("first-run.txt"), before.resolve("first-run.txt")},
                new Path[] {home.resolve("sweeps"), before.resolve("sweeps")});
        for (Path[] move : moves.subList(0, Math.min(steps, moves.size()))) {
            Files.move(move[0], move[1]);
        }
        if (steps > moves.size()) {
            Files.delete(restored.resolve("before"));
        }

        DataSwap.in(home).settle();

        assertNew();
    }

    @ParameterizedTest
    @ValueSource(strings = {DataSwap.RESTORING, DataSwap.RESTORED})
    void refuses_to_remove_what_no_restore_made(String name) throws IOException {
        Path kept = Files.writeString(Files.createDirectory(home.resolve(name)).resolve("kept"), "of somebody");

        assertThatThrownBy(() -> DataSwap.in(home).settle()).hasMessageContaining("was not made by a restore");

        assertThat(kept).hasContent("of somebody");
    }

    @ParameterizedTest
    @ValueSource(strings = {"restoring", "restored"})
    void leaves_directories_of_a_common_name_alone(String name) throws IOException {
        Path kept = Files.writeString(Files.createDirectory(home.resolve(name)).resolve("kept"), "of somebody");

        DataSwap.in(home).settle();

        assertThat(kept).hasContent("of somebody");
    }

    @Test
    void refuses_a_link_and_leaves_what_it_leads_to() throws IOException {
        Path elsewhere = Files.createDirectory(home.resolve("elsewhere"));
        Files.createSymbolicLink(home.resolve(DataSwap.RESTORING), elsewhere);

        assertThatThrownBy(() -> DataSwap.in(home).settle()).hasMessageContaining("was not made by a restore");

        assertThat(elsewhere).exists();
    }

    @Test
    void removes_a_directory_that_was_made_and_not_yet_marked() throws IOException {
        Path unmarked = Files.createDirectory(home.resolve(DataSwap.RESTORING));
        DataSwap.in(home).settle();
        assertThat(unmarked).doesNotExist();
    }

    private void old() throws IOException {
        state(home, "old");
        Files.createDirectory(home.resolve("media"));
        Files.writeString(home.resolve("media/content"), "stays");
        Files.writeString(home.resolve("first-run.txt"), "a link of the old state");
        Files.createDirectory(home.resolve("sweeps"));
        Files.writeString(home.resolve("sweeps/0f1e2d3c.sweep"), "an order of the old state");
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
        assertThat(home.resolve("before-restore-1/sweeps/0f1e2d3c.sweep")).exists();
        assertThat(home.resolve("sweeps")).doesNotExist();
        assertThat(home.resolve(DataSwap.RESTORED)).doesNotExist();
        assertThat(home.resolve(DataSwap.RESTORING)).doesNotExist();
    }
}
