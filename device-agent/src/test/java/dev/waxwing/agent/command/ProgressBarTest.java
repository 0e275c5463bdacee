package dev.waxwing.agent.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waxwing.agent.spool.QueuedFile;
import dev.waxwing.agent.upload.UploadProgress;
import dev.waxwing.media.ItemId;
import dev.waxwing.wire.Bytes;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProgressBarTest {

    private static UploadProgress progress(String name, long size, long from, long acknowledged) {
        QueuedFile file = new QueuedFile(
                1,
                new ItemId(Bytes.of(new byte[16])),
                Instant.EPOCH,
                Path.of("/x"),
                size,
                Instant.EPOCH,
                name,
                "video/mp4",
                null);
        return new UploadProgress(file, from, acknowledged);
    }

    @Test
    void shows_name_bar_percentage_bytes_rate_and_time_left() {
        String line = ProgressBar.line(progress("film.mp4", 100 << 20, 0, 25 << 20), Duration.ofSeconds(5), 2, 120);

        assertThat(line)
                .startsWith("film.mp4  [#######---------------------]  25%")
                .contains("25.0 MiB of 100.0 MiB", "5.0 MiB/s", "15s left", "(+2)");
    }

    @Test
    void counts_the_rate_from_where_this_session_began() {
        String line =
                ProgressBar.line(progress("film.mp4", 100 << 20, 90 << 20, 95 << 20), Duration.ofSeconds(5), 0, 120);

        assertThat(line).contains("1.0 MiB/s", "5s left");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 5, 10, 20, 30, 40, 50, 60, 70, 80, 100, 200})
    void fits_every_width(int width) {
        for (String name : List.of("a", "a name that is much longer than any terminal is wide".repeat(5))) {
            String line = ProgressBar.line(progress(name, 3L << 30, 0, 1L << 30), Duration.ofSeconds(90), 11, width);

            assertThat(line.length()).as(line).isLessThanOrEqualTo(Math.max(0, width - 1));
        }
    }

    @Test
    void shows_an_empty_file_as_complete() {
        assertThat(ProgressBar.line(progress("empty", 0, 0, 0), Duration.ZERO, 0, 80))
                .contains("100%");
    }

    @Test
    void shows_nothing_of_a_name_that_a_terminal_would_obey() {
        assertThat(ProgressBar.line(progress("\u001b[2Jx\u202e", 1, 0, 0), Duration.ZERO, 0, 80))
                .doesNotContain("\u001b", "\u202e");
    }

    @Test
    void draws_only_on_a_terminal() {
        StringWriter plain = new StringWriter();
        ProgressBar bar = new ProgressBar(new Messages(new PrintWriter(plain), false, 80));
        bar.show(List.of(progress("film.mp4", 10, 0, 5)));
        bar.clear();

        assertThat(plain.toString()).isEmpty();
    }
}
