package dev.waxwing.channel;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Deadlines on their one thread; it is not woken for most of them. */
class DeadlineTest {

    private static final Duration SOON = Duration.ofMillis(50);

    private final BlockingQueue<String> happened = new LinkedBlockingQueue<>();

    @Test
    void deadlines_happen_in_the_order_of_their_times_and_not_before() throws Exception {
        long start = System.nanoTime();
        Deadline.after(SOON.multipliedBy(3), () -> happened.add("third"));
        Deadline.after(SOON, () -> happened.add("first"));
        Deadline.after(SOON.multipliedBy(2), () -> happened.add("second"));
        assertThat(happened.poll(5, TimeUnit.SECONDS)).isEqualTo("first");
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(SOON.toNanos());
        assertThat(happened.poll(5, TimeUnit.SECONDS)).isEqualTo("second");
        assertThat(happened.poll(5, TimeUnit.SECONDS)).isEqualTo("third");
    }

    @Test
    void a_cancelled_deadline_does_not_happen_and_a_later_one_does() throws Exception {
        Deadline cancelled = Deadline.after(SOON, () -> happened.add("cancelled"));
        Deadline.after(SOON.multipliedBy(3), () -> happened.add("later"));
        cancelled.close();
        cancelled.close();
        assertThat(happened.poll(5, TimeUnit.SECONDS)).isEqualTo("later");
    }

    @Test
    void an_earlier_deadline_is_not_kept_waiting_by_a_later_one_that_the_thread_sleeps_for() throws Exception {
        try (Deadline _ = Deadline.after(Duration.ofMinutes(10), () -> happened.add("late"))) {
            Thread.sleep(SOON);
            Deadline.after(SOON, () -> happened.add("soon"));
            assertThat(happened.poll(5, TimeUnit.SECONDS)).isEqualTo("soon");
        }
    }

    @Test
    void a_deadline_that_is_set_while_another_runs_happens() throws Exception {
        CountDownLatch set = new CountDownLatch(1);
        Deadline.after(Duration.ZERO, () -> {
            try {
                set.await(5, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        Deadline.after(Duration.ofMillis(1), () -> happened.add("set meanwhile"));
        set.countDown();
        assertThat(happened.poll(5, TimeUnit.SECONDS)).isEqualTo("set meanwhile");
    }

    @Test
    void one_that_fails_does_not_keep_the_others_from_happening() throws Exception {
        Deadline.after(Duration.ZERO, () -> {
            throw new AssertionError("on purpose");
        });
        Deadline.after(SOON, () -> happened.add("other"));
        assertThat(happened.poll(5, TimeUnit.SECONDS)).isEqualTo("other");
    }

    @Test
    void a_timetable_asks_again_until_it_hears_never() throws Exception {
        Iterator<Long> answers = List.of(SOON.toNanos(), 1L, Timetable.NEVER).iterator();
        Timetable times = new Timetable(e -> happened.add("failed"), now -> {
            happened.add("asked");
            return answers.next();
        });
        try (times) {
            times.start(Duration.ZERO);
            assertThat(happened.poll(5, TimeUnit.SECONDS)).isEqualTo("asked");
            assertThat(happened.poll(5, TimeUnit.SECONDS)).isEqualTo("asked");
            assertThat(happened.poll(5, TimeUnit.SECONDS)).isEqualTo("asked");
            assertThat(happened.poll(3 * SOON.toMillis(), TimeUnit.MILLISECONDS))
                    .isNull();
        }
    }

    @Test
    void a_closed_timetable_asks_nobody() throws Exception {
        Timetable times = new Timetable(e -> happened.add("failed"), now -> {
            happened.add("asked");
            return SOON.toNanos();
        });
        times.start(SOON);
        times.close();
        assertThat(happened.poll(3 * SOON.toMillis(), TimeUnit.MILLISECONDS)).isNull();
    }

    @Test
    void a_timetable_whose_entry_fails_says_so_and_asks_nobody_any_more() throws Exception {
        Timetable times = new Timetable(e -> happened.add("failed: " + e.getMessage()), now -> {
            throw new AssertionError("on purpose");
        });
        times.start(Duration.ZERO);
        assertThat(happened.poll(5, TimeUnit.SECONDS)).isEqualTo("failed: on purpose");
        assertThat(happened.poll(200, TimeUnit.MILLISECONDS)).isNull();
    }
}
