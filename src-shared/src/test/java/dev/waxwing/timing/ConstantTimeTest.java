package dev.waxwing.timing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waxwing.enrollment.InviteToken;
import dev.waxwing.timing.Experiment.Timed;
import dev.waxwing.wire.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BiPredicate;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The comparisons that everything else stands on, and the proof that a leak would be seen and that none is made up. */
@Tag("timing")
class ConstantTimeTest {

    private static final int SAMPLES = 20_000;

    /** One comparison takes less than the clock can tell, so many are timed together. */
    private static final int BATCH = 64;

    private final Random random = new Random(1);

    private record Pair<T>(T left, T right) {}

    @Test
    void control_a_comparison_that_stops_early_is_found_out() throws Exception {
        Comparison control = compare("stops at the first difference", 32, bytes -> bytes, ConstantTimeTest::stopsEarly);
        assertThat(control.isCertain())
                .as("this run can see a leak: %s", control)
                .isTrue();
    }

    @Test
    void control_a_class_does_not_differ_from_itself() throws Exception {
        Timed<List<Pair<byte[]>>> timed = timed(ConstantTimeTest::stopsEarly);
        Comparison control = new Experiment<>("one class twice", SAMPLES, timed)
                .group("last byte wrong", () -> pairs(32, 31, bytes -> bytes))
                .group("last byte wrong", () -> pairs(32, 31, bytes -> bytes))
                .run()
                .getFirst();
        assertThat(control.isCertain()).as("%s", control).isFalse();
    }

    @Test
    void bytes_compare_in_the_same_time_wherever_they_differ() throws Exception {
        for (int size : new int[] {32, 48, 1_024}) {
            assertThat(compare("Bytes, " + size, size, Bytes::of, Bytes::constantTimeEquals))
                    .returns(false, Comparison::isLeak);
        }
    }

    @Test
    void invite_tokens_compare_in_the_same_time_wherever_they_differ() throws Exception {
        assertThat(compare("InviteToken", InviteToken.LENGTH, InviteToken::of, InviteToken::equals))
                .returns(false, Comparison::isLeak);
    }

    private <T> Comparison compare(String name, int size, Function<byte[], T> type, BiPredicate<T, T> equal)
            throws Exception {
        return new Experiment<>(name, SAMPLES, timed(equal))
                .group("first byte wrong", () -> pairs(size, 0, type))
                .group("last byte wrong", () -> pairs(size, size - 1, type))
                .run()
                .getFirst();
    }

    private static <T> Timed<List<Pair<T>>> timed(BiPredicate<T, T> equal) {
        return pairs -> {
            int equals = 0;
            long start = System.nanoTime();
            for (int i = 0; i < BATCH; i++) {
                Pair<T> pair = pairs.get(i);
                equals += equal.test(pair.left, pair.right) ? 1 : 0;
            }
            long nanoseconds = System.nanoTime() - start;
            assertThat(equals).isZero();
            return nanoseconds;
        };
    }

    private <T> List<Pair<T>> pairs(int size, int wrong, Function<byte[], T> type) {
        List<Pair<T>> pairs = new ArrayList<>(BATCH);
        for (int i = 0; i < BATCH; i++) {
            byte[] bytes = new byte[size];
            random.nextBytes(bytes);
            byte[] other = bytes.clone();
            other[wrong] ^= (byte) (1 + random.nextInt(255));
            pairs.add(new Pair<>(type.apply(bytes), type.apply(other)));
        }
        return pairs;
    }

    private static boolean stopsEarly(byte[] a, byte[] b) {
        for (int i = 0; i < a.length; i++) {
            if (a[i] != b[i]) {
                return false;
            }
        }
        return true;
    }
}
