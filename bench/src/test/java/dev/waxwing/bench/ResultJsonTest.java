package dev.waxwing.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ResultJsonTest {

    @Test
    void comes_back_as_it_was_written() {
        assertThat(ResultJson.read(ResultJson.write(Examples.result()))).isEqualTo(Examples.result());
    }

    @Test
    void holds_what_was_computed() {
        JsonNode json = new JsonMapper().readTree(ResultJson.write(Examples.result()));

        assertThat(json.at("/quick").asBoolean()).isTrue();
        assertThat(json.at("/series/0/figures/median").asDouble()).isEqualTo(1000);
        assertThat(json.at("/series/0/cpuSecondsPerWork/median").asDouble()).isEqualTo(0.5);
        assertThat(json.at("/ratios/0/quartiles/median").asDouble()).isEqualTo(2);
        assertThat(json.at("/at").asString()).isEqualTo("2026-01-01T00:00:00Z");
    }
}
