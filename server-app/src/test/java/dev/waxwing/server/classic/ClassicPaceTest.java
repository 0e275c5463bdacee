package dev.waxwing.server.classic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waxwing.channel.SourcePrefix;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ClassicPaceTest {

    private static final SourcePrefix HOME = new SourcePrefix("192.0.2.7");
    private static final SourcePrefix ELSEWHERE = new SourcePrefix("192.0.2.8");

    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE);
    private final ClassicPace pace = new ClassicPace(now::get);

    @Test
    void a_device_comes_so_often_at_once_and_once_more_in_five_seconds() {
        assertThat(comes("barn", HOME, 100)).isEqualTo(ClassicPace.BURST);
        passes(ClassicPace.REFILL.minusMillis(1));
        assertThat(pace.allows("barn", HOME)).isFalse();
        passes(Duration.ofMillis(2));
        assertThat(comes("barn", HOME, 2)).isEqualTo(1);
        passes(Duration.ofHours(1));
        assertThat(comes("barn", HOME, 100)).isEqualTo(ClassicPace.BURST);
    }

    @Test
    void whoever_copied_a_certificate_uses_up_nothing_of_the_device_elsewhere_or_of_others() {
        comes("barn", ELSEWHERE, 100);
        assertThat(pace.allows("barn", HOME)).isTrue();
        assertThat(pace.allows("shed", ELSEWHERE)).isTrue();
    }

    @Test
    void a_session_in_which_the_device_showed_its_key_does_not_count() {
        for (int i = 0; i < 10 * ClassicPace.BURST; i++) {
            assertThat(pace.allows("barn", HOME)).isTrue();
            pace.forgive("barn", HOME);
        }
        pace.forgive("shed", HOME);
        assertThat(comes("barn", HOME, 100)).isEqualTo(ClassicPace.BURST);
        assertThat(comes("shed", HOME, 100)).isEqualTo(ClassicPace.BURST);
    }

    private int comes(String device, SourcePrefix source, int times) {
        int allowed = 0;
        for (int i = 0; i < times; i++) {
            allowed += pace.allows(device, source) ? 1 : 0;
        }
        return allowed;
    }

    private void passes(Duration time) {
        now.addAndGet(time.toNanos());
    }
}
