package dev.waxwing.agent.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeptTimeFloorTest {

    private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");

    @TempDir
    Path directory;

    private Path file;

    @BeforeEach
    void name() {
        file = directory.resolve("time.json");
    }

    @Test
    void is_there_again_in_the_next_command() throws IOException {
        prove(KeptTimeFloor.load(file), NOW);
        assertThat(KeptTimeFloor.load(file).floor().latest()).isEqualTo(NOW);
    }

    @Test
    void is_written_anew_only_when_it_has_risen_by_a_minute() throws IOException {
        KeptTimeFloor floor = KeptTimeFloor.load(file);
        prove(floor, NOW);
        prove(floor, NOW.plusSeconds(59));
        assertThat(KeptTimeFloor.load(file).floor().latest()).isEqualTo(NOW);
        prove(floor, NOW.plusSeconds(60));
        assertThat(KeptTimeFloor.load(file).floor().latest()).isEqualTo(NOW.plusSeconds(60));
    }

    @Test
    void a_damaged_file_does_not_lose_the_device() throws IOException {
        for (String damage : new String[] {"", "{", "{\"latest\":\"yesterday\"}", "{\"other\":\"x\"}"}) {
            Files.writeString(file, damage);
            assertThat(KeptTimeFloor.load(file).floor().latest()).isEqualTo(Instant.EPOCH);
        }
        prove(KeptTimeFloor.load(file), NOW);
        assertThat(KeptTimeFloor.load(file).floor().latest()).isEqualTo(NOW);
    }

    private static void prove(KeptTimeFloor floor, Instant now) throws IOException {
        floor.floor().raise(now, now);
        floor.keep();
    }
}
