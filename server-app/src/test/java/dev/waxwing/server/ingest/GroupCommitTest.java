package dev.waxwing.server.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.waxwing.ca.inventory.SerialNumber;
import dev.waxwing.media.ItemId;
import dev.waxwing.server.ingest.TextBlock.StoredText;
import dev.waxwing.server.ingest.TextStore.Outcome;
import dev.waxwing.server.media.DiskSpace;
import dev.waxwing.wire.Bytes;
import java.math.BigInteger;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.flywaydb.core.Flyway;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;

class GroupCommitTest {

    private static final Instant CAPTURED = Instant.parse("2026-01-31T09:30:00Z");

    private static final SerialNumber CERTIFICATE = new SerialNumber(BigInteger.ONE);

    private final AtomicLong usable = new AtomicLong(1L << 30);
    private final Set<String> revoked = ConcurrentHashMap.newKeySet();
    private JdbcClient jdbc;
    private JdbcTemplate batches;
    private TextBlocks blocks;
    private Offers offers;
    private TextStore texts;
    private GroupCommit commit;

    @BeforeEach
    void open() {
        JdbcDataSource database = new JdbcDataSource();
        database.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
        Flyway.configure().dataSource(database).load().migrate();
        jdbc = JdbcClient.create(database);
        batches = new JdbcTemplate(database);
        blocks = new TextBlocks(jdbc, batches);
        offers = new Offers(jdbc, batches, blocks);
        texts = new TextStore(
                jdbc,
                batches,
                blocks,
                offers,
                sender -> revoked.contains(sender.device()),
                new DiskSpace(usable::get, 100),
                Clock.systemUTC());
        commit = new GroupCommit(new JdbcTransactionManager(database), texts, new Durability(database, jdbc));
    }

    @AfterEach
    void close() {
        commit.close();
    }

    @Test
    void commits_what_is_queued_together_and_completes_it_in_order() throws Exception {
        CountDownLatch queued = new CountDownLatch(1);
        CompletableFuture<Boolean> blocker = commit.submit(() -> waited(queued));
        List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
        for (int i = 1; i <= 500; i++) {
            outcomes.add(store(offer(i, "text " + i)));
        }
        queued.countDown();
        assertThat(blocker.join()).isTrue();
        assertThat(outcomes).allMatch(outcome -> outcome.join() == Outcome.DURABLE);
        assertThat(find(500)).isPresent();
    }

    @Test
    void what_fails_takes_nothing_else_of_its_group_with_it() {
        CountDownLatch queued = new CountDownLatch(1);
        CompletableFuture<Boolean> blocker = commit.submit(() -> waited(queued));
        CompletableFuture<Outcome> before = store(offer(1, "before"));
        CompletableFuture<Object> failing = commit.submit(() -> {
            jdbc.sql("DELETE FROM text_block").update();
            throw new IllegalStateException("no");
        });
        CompletableFuture<Outcome> after = store(offer(2, "after"));
        queued.countDown();
        assertThat(blocker.join()).isTrue();
        assertThat(before.join()).isEqualTo(Outcome.DURABLE);
        assertThat(assertThrows(CompletionException.class, failing::join).getCause())
                .hasMessage("no");
        assertThat(after.join()).isEqualTo(Outcome.DURABLE);
        assertThat(find(1)).isPresent();
        assertThat(find(2)).isPresent();
    }

    @Test
    void goes_on_after_an_error() {
        CompletableFuture<Object> failing = commit.submit(() -> {
            throw new StackOverflowError();
        });
        assertThat(assertThrows(
                                CompletionException.class,
                                () -> failing.orTimeout(5, TimeUnit.SECONDS).join())
                        .getCause())
                .isInstanceOf(StackOverflowError.class);
        assertThat(store(offer(1, "after")).orTimeout(5, TimeUnit.SECONDS).join())
                .isEqualTo(Outcome.DURABLE);
    }

    @Test
    void tells_repeats_from_conflicts_within_a_group_and_after_it() {
        TextOffer text = offer(1, "one");
        TextOffer otherContent = new TextOffer(sender("cam"), 1, text.id(), CAPTURED, utf8("two"));
        TextOffer otherId = new TextOffer(sender("cam"), 1, id(99), CAPTURED, utf8("one"));
        TextOffer otherCounter = new TextOffer(sender("cam"), 2, text.id(), CAPTURED, utf8("one"));
        TextOffer otherDevice = new TextOffer(sender("gate"), 1, text.id(), CAPTURED, utf8("two"));
        List<TextOffer> batch = List.of(text, text, otherContent, otherId, otherCounter, otherDevice);
        List<Outcome> expected = List.of(
                Outcome.DURABLE,
                Outcome.DURABLE,
                Outcome.CONFLICT,
                Outcome.CONFLICT,
                Outcome.CONFLICT,
                Outcome.DURABLE);
        assertThat(commit.submit(() -> texts.store(batch, Set.of()).outcomes()).join())
                .isEqualTo(expected);
        assertThat(commit.submit(() -> texts.store(batch, Set.of()).outcomes()).join())
                .isEqualTo(expected);
    }

    @Test
    void takes_no_new_text_that_would_touch_the_reserve_but_still_knows_what_it_holds() {
        TextOffer held = offer(1, "held");
        store(held).join();
        usable.set(106);
        List<TextOffer> batch = List.of(held, offer(2, "four"), offer(3, "six..."), offer(4, "xy"));
        assertThat(commit.submit(() -> texts.store(batch, Set.of()).outcomes()).join())
                .containsExactly(Outcome.DURABLE, Outcome.DURABLE, Outcome.STORAGE_FULL, Outcome.DURABLE);
        assertThat(find(3)).isEmpty();
        usable.set(99);
        assertThat(store(offer(3, "six...")).join()).isEqualTo(Outcome.STORAGE_FULL);
        assertThat(store(held).join()).isEqualTo(Outcome.DURABLE);
        usable.set(106);
        assertThat(store(offer(3, "six...")).join()).isEqualTo(Outcome.DURABLE);
    }

    @Test
    void takes_no_text_of_a_certificate_that_was_revoked_before_the_commit() {
        CountDownLatch queued = new CountDownLatch(1);
        CompletableFuture<Boolean> blocker = commit.submit(() -> waited(queued));
        CompletableFuture<Outcome> late = store(offer(1, "queued before, committed after"));
        CompletableFuture<Outcome> other =
                store(new TextOffer(sender("gate"), 1, id(2), CAPTURED, utf8("of another device")));
        revoked.add("cam");
        queued.countDown();
        assertThat(blocker.join()).isTrue();
        assertThat(late.join()).isEqualTo(Outcome.REVOKED);
        assertThat(other.join()).isEqualTo(Outcome.DURABLE);
        assertThat(find(1)).isEmpty();

        // Under a newer certificate the same text is taken.
        revoked.clear();
        assertThat(store(offer(1, "queued before, committed after")).join()).isEqualTo(Outcome.DURABLE);
    }

    @Test
    void puts_a_text_into_one_group_only() {
        store(offer(1, "one")).join();
        store(offer(2, "two")).join();
        assertThat(commit.submit(() -> texts.assign("cam", List.of(1L, 2L), id(7).toString()))
                        .join())
                .isTrue();
        assertThat(commit.submit(() -> texts.assign("cam", List.of(2L), id(8).toString()))
                        .join())
                .isFalse();
    }

    @Test
    void finishes_what_is_queued_when_it_is_closed() {
        CompletableFuture<Outcome> last = store(offer(1, "last"));
        commit.close();
        assertThat(last).isCompletedWithValue(Outcome.DURABLE);
    }

    @Test
    void knows_which_texts_are_in_a_group_whatever_gaps_there_are() {
        assertThat(commit.submit(() -> texts.assign("cam", List.of(1L, 2L, 5L, 8L, 9L), id(7).toString()))
                        .join())
                .isTrue();
        for (CounterRun taken : List.of(run(1, 1), run(2, 4), run(3, 5), run(1, 9), run(6, 8), run(9, 12))) {
            assertThat(texts.isAnyInGroup("cam", taken)).as("%s", taken).isTrue();
            assertThat(texts.isAnyInGroup("gate", taken)).as("%s", taken).isFalse();
        }
        for (CounterRun free : List.of(run(3, 4), run(6, 7), run(10, 12))) {
            assertThat(texts.isAnyInGroup("cam", free)).as("%s", free).isFalse();
        }
        assertThat(commit.submit(() -> texts.assign("cam", List.of(3L, 8L), id(8).toString()))
                        .join())
                .isFalse();
        assertThat(texts.isAnyInGroup("cam", run(3, 4))).isFalse();
    }

    @Test
    void knows_the_highest_counter_of_a_device_and_of_no_other() {
        assertThat(offers.highest("cam")).isZero();
        store(offer(7, "seven")).join();
        store(offer(3, "three")).join();
        store(new TextOffer(sender("gate"), 9, id(9), CAPTURED, utf8("nine"))).join();
        assertThat(offers.highest("cam")).isEqualTo(7);
        assertThat(offers.highest("door")).isZero();
    }

    private CompletableFuture<Outcome> store(TextOffer text) {
        return commit.submit(List.of(text)).thenApply(List::getFirst);
    }

    private Optional<StoredText> find(long counter) {
        return blocks.with("cam", counter).stream()
                .flatMap(block -> block.texts().stream())
                .filter(text -> text.counter() == counter)
                .findAny();
    }

    private static CounterRun run(long first, long last) {
        return new CounterRun(first, last);
    }

    private static boolean waited(CountDownLatch latch) {
        try {
            latch.await();
            return true;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static TextOffer offer(long counter, String text) {
        return new TextOffer(sender("cam"), counter, id(counter), CAPTURED, utf8(text));
    }

    private static Sender sender(String device) {
        return new Sender(device, CERTIFICATE, "0".repeat(32));
    }

    private static ItemId id(long number) {
        return ItemId.parse("%032x".formatted(number));
    }

    private static Bytes utf8(String text) {
        return Bytes.of(text.getBytes());
    }
}
