package dev.waxwing.server.media;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class DiskSpaceTest {

    private final AtomicLong usable = new AtomicLong(1_000);
    private final DiskSpace space = new DiskSpace(usable::get, 100);

    @Test
    void promises_no_more_than_leaves_the_reserve_free() throws IOException {
        assertThat(space.promise(900)).isTrue();
        assertThat(space.promise(1)).isFalse();
        space.release(900);
        assertThat(space.promise(901)).isFalse();
        assertThat(space.promise(500)).isTrue();
        assertThat(space.promise(400)).isTrue();
    }

    @Test
    void counts_what_was_written_once() throws IOException {
        assertThat(space.promise(600)).isTrue();
        usable.addAndGet(-600);
        space.release(600);
        assertThat(space.promise(300)).isTrue();
        assertThat(space.promise(1)).isFalse();
    }

    @Test
    void promises_a_part_only_where_the_whole_fits() throws IOException {
        assertThat(space.promise(10, 901)).isFalse();
        assertThat(space.promise(10, 900)).isTrue();
        assertThat(space.promise(10, 890)).isTrue();
        assertThat(space.promise(881)).isFalse();
        assertThat(space.promise(880)).isTrue();
    }

    @Test
    void is_scarce_when_half_of_the_reserve_is_gone() throws IOException {
        usable.set(50);
        assertThat(space.isScarce()).isFalse();
        usable.set(49);
        assertThat(space.isScarce()).isTrue();
    }
}
