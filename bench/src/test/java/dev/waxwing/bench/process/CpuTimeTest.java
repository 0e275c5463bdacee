package dev.waxwing.bench.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class CpuTimeTest {

    @Test
    void counts_children_that_have_ended() throws Exception {
        CpuTime cpu = new CpuTime(List.of());
        double before = cpu.read();
        new ProcessBuilder("sh", "-c", "i=0; while [ $i -lt 150000 ]; do i=$((i + 1)); done")
                .start()
                .waitFor();

        assertThat(cpu.read()).isGreaterThan(before);
    }

    @Test
    void is_zero_for_processes_that_are_gone() throws Exception {
        Process ended = new ProcessBuilder("true").start();
        ended.waitFor();

        assertThat(new CpuTime(List.of(ended.pid())).read()).isEqualTo(new CpuTime(List.of()).read());
    }
}
