package dev.waxwing.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class QuantityTest {

    @Test
    void one_is_one_and_all_else_is_several() {
        assertThat(Quantity.of(1, "device")).hasToString("1 device");
        assertThat(Quantity.of(0, "device")).hasToString("0 devices");
        assertThat(Quantity.of(2, "device")).hasToString("2 devices");
        assertThat(new Quantity(1, "entry", "entries")).hasToString("1 entry");
        assertThat(new Quantity(2, "entry", "entries")).hasToString("2 entries");
    }
}
