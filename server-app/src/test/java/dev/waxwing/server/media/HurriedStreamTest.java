package dev.waxwing.server.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HurriedStreamTest {

    @TempDir
    Path directory;

    @Test
    void hands_out_little_at_a_time() throws IOException {
        Path file = Files.write(directory.resolve("image"), new byte[10_000]);
        try (HurriedStream in = new HurriedStream(file, Duration.ofMinutes(1))) {
            assertThat(in.read(new byte[10_000])).isBetween(1, 512);
            assertThat(in.getStreamPosition()).isLessThanOrEqualTo(512);
        }
    }

    @Test
    void hands_out_nothing_after_its_time() throws IOException {
        Path file = Files.write(directory.resolve("image"), new byte[10_000]);
        try (HurriedStream in = new HurriedStream(file, Duration.ofNanos(-1))) {
            assertThrows(IOException.class, in::read);
            assertThrows(IOException.class, () -> in.read(new byte[100]));
        }
    }
}
