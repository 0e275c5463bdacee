package dev.waxwing.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RoundsTest {

    @TempDir
    private Path work;

    private final List<String> events = new ArrayList<>();

    @Test
    void takes_subjects_in_turn_after_warming_each_up() throws Exception {
        List<Series> series = new Rounds(2, 1, _ -> {}).run(List.of(new Noted("a"), new Noted("b")), work);

        assertThat(events)
                .containsExactly(
                        "start a",
                        "start b",
                        "sample a",
                        "sample b",
                        "sample a",
                        "sample b",
                        "sample a",
                        "sample b",
                        "close b",
                        "close a");
        assertThat(series).extracting(Series::name).containsExactly("a", "b");
        // The first two samples were the warm-up.
        assertThat(series.getFirst().samples()).extracting(Sample::amount).containsExactly(5.0, 7.0);
        assertThat(series.getLast().samples()).extracting(Sample::amount).containsExactly(6.0, 8.0);
    }

    @Test
    void closes_what_was_started_when_a_subject_fails() {
        Subject broken = new Noted("broken") {
            @Override
            public Sample sample() throws IOException {
                throw new IOException("broken");
            }
        };

        assertThatThrownBy(() -> new Rounds(2, 1, _ -> {}).run(List.of(new Noted("a"), broken), work))
                .isInstanceOf(IOException.class);
        assertThat(events).endsWith("close broken", "close a");
    }

    /** Notes what is done with it; the amount of a sample is its place among all events. */
    private class Noted implements Subject {

        private final String name;

        Noted(String name) {
            this.name = name;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public Optional<String> missing() {
            return Optional.empty();
        }

        @Override
        public void start(Path workDirectory) {
            assertThat(Files.isDirectory(workDirectory)).isTrue();
            events.add("start " + name);
        }

        @Override
        public Sample sample() throws IOException {
            events.add("sample " + name);
            return new Sample(events.size(), 1, 0);
        }

        @Override
        public void close() {
            events.add("close " + name);
        }
    }
}
