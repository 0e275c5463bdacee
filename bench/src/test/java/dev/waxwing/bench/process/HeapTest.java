package dev.waxwing.bench.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class HeapTest {

    @Test
    void tells_growth_for_each_thing_largest_class_first() {
        Heap before = new Heap(1_000, 10, Map.of("small", 100L, "large", 300L));
        Heap after = new Heap(11_000, 50, Map.of("small", 1_100L, "large", 8_300L, "fresh", 500L));
        assertThat(after.growthSince(before, 10, 2).lines())
                .containsExactly(
                        "heap 1,000 bytes, resident 4 KiB each; the 2 largest classes:",
                        "     800  large",
                        "     100  small");
    }
}
