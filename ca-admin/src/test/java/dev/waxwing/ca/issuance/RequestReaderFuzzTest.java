package dev.waxwing.ca.issuance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waxwing.fuzz.Replay;
import org.junit.jupiter.api.Test;

class RequestReaderFuzzTest {

    @Test
    void takes_or_refuses_its_seeds_and_what_becomes_of_them() {
        Replay replay = Replay.of(RequestReaderFuzz.class);
        assertThat(replay.run(200)).isEqualTo(replay.seeds() * 201).isPositive();
    }
}
