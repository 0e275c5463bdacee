package dev.waxwing.server.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.waxwing.ca.inventory.SerialNumber;
import dev.waxwing.media.ItemId;
import dev.waxwing.server.ingest.Offers.Offer;
import dev.waxwing.server.ingest.Offers.Standing;
import dev.waxwing.server.ingest.TextBlock.StoredText;
import dev.waxwing.server.ingest.TextBlocks.Top;
import dev.waxwing.server.ingest.TextStore.Outcome;
import dev.waxwing.server.media.DiskSpace;
import dev.waxwing.wire.Bytes;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Counters and ids name one thing for ever (protocol section 13.1), however the texts lie in blocks. */
class TextBlocksTest {

    private static final Instant CAPTURED = Instant.parse("2026-01-31T09:30:00.123Z");
    private static final Sender CAM = new Sender("cam", new SerialNumber(BigInteger.ONE), "0".repeat(32));
    private static final Sender GATE = new Sender("gate", new SerialNumber(BigInteger.TWO), "0".repeat(32));

    private JdbcTemplate database;
    private TextBlocks blocks;
    private Offers offers;
    private TextStore texts;

    @BeforeEach
    void open() {
        JdbcDataSource source = new JdbcDataSource();
        source.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
        Flyway.configure().dataSource(source).load().migrate();
        database = new JdbcTemplate(source);
        restart();
    }

    /** Nothing of what was known before is in memory. */
    private void restart() {
        JdbcClient jdbc = JdbcClient.create(database);
        blocks = new TextBlocks(jdbc, database);
        offers = new Offers(jdbc, database, blocks);
        DiskSpace space = new DiskSpace(() -> 1L << 30, 100);
        texts = new TextStore(jdbc, database, blocks, offers, _ -> false, space, Clock.systemUTC());
    }

    @Test
    void texts_committed_together_are_one_block_and_no_offers() {
        store(range(1, 50));
        assertThat(count("text_block")).isOne();
        assertThat(count("offer")).isZero();
        assertThat(stored(1).texts())
                .extracting(text -> text.offer("cam"))
                .containsExactlyElementsOf(
                        range(1, 50).stream().map(TextOffer::offer).toList());
    }

    @Test
    void a_block_ends_at_a_gap_and_when_it_is_full() {
        store(List.of(text(3, "c"), text(1, "a"), text(2, "b"), text(5, "e")));
        assertThat(stored(2).counters()).isEqualTo(new CounterRun(1, 3));
        assertThat(stored(5).counters()).isEqualTo(new CounterRun(5, 5));
        assertThat(blocks.with("cam", 4)).isEmpty();
        assertThat(blocks.with("cam", 6)).isEmpty();
        assertThat(blocks.with("gate", 1)).isEmpty();

        store(List.of(text(6, "x".repeat(60_000)), text(7, "y".repeat(60_000)), text(8, "z")));
        assertThat(stored(6).counters()).isEqualTo(new CounterRun(6, 6));
        assertThat(stored(7).counters()).isEqualTo(new CounterRun(7, 8));

        store(range(1_001, 2_500));
        assertThat(stored(2_000).counters()).isEqualTo(new CounterRun(1_001, 2_000));
        assertThat(stored(2_001).counters()).isEqualTo(new CounterRun(2_001, 2_500));
    }

    @Test
    void a_repeat_is_known_in_any_order_and_after_a_restart() {
        List<TextOffer> all = new ArrayList<>(range(1, 3_000));
        store(all.subList(0, 1_000));
        store(all.subList(1_000, 1_001));
        store(all.subList(1_001, 3_000));
        restart();
        Collections.shuffle(all, new Random(1));
        long rows = count("text_block");
        assertThat(texts.store(all, Set.of()).outcomes()).hasSize(3_000).containsOnly(Outcome.DURABLE);
        assertThat(count("text_block")).isEqualTo(rows);
        assertThat(count("offer")).isZero();
    }

    @Test
    void a_repeat_within_one_commit_is_stored_once() {
        assertThat(texts.store(List.of(text(1, "a"), text(1, "a"), text(1, "b"), text(2, "c")), Set.of())
                        .outcomes())
                .containsExactly(Outcome.DURABLE, Outcome.DURABLE, Outcome.CONFLICT, Outcome.DURABLE);
        assertThat(stored(1).texts()).extracting(StoredText::counter).containsExactly(1L, 2L);
    }

    @Test
    void a_counter_that_stands_for_another_text_is_a_conflict_in_any_block() {
        store(range(1, 10));
        store(range(11, 20));
        assertThat(texts.store(
                                List.of(
                                        new TextOffer(CAM, 4, id(4), CAPTURED, utf8("other")),
                                        new TextOffer(CAM, 14, id(14), CAPTURED.plusMillis(1), utf8("text 14")),
                                        new TextOffer(CAM, 14, id(99), CAPTURED, utf8("text 14")),
                                        new TextOffer(GATE, 4, id(4), CAPTURED, utf8("other"))),
                                Set.of())
                        .outcomes())
                .containsExactly(Outcome.CONFLICT, Outcome.CONFLICT, Outcome.CONFLICT, Outcome.DURABLE);
    }

    @Test
    void an_id_that_stands_for_another_text_is_a_conflict_in_any_block() {
        store(range(1, 10));
        store(range(11, 20));
        store(List.of(new TextOffer(CAM, 21, id(5_000), CAPTURED, utf8("late"))));
        restart();
        for (long used : new long[] {1, 7, 10, 11, 20, 5_000}) {
            assertThat(texts.store(List.of(new TextOffer(CAM, 30, id(used), CAPTURED, utf8("text " + used))), Set.of())
                            .outcomes())
                    .as("%s", used)
                    .containsExactly(Outcome.CONFLICT);
        }
        assertThat(offers.isTaken("cam", id(7))).isTrue();
        assertThat(offers.isTaken("cam", id(21))).isFalse();
        assertThat(offers.isTaken("gate", id(7))).isFalse();
    }

    @Test
    void ids_in_no_order_are_found_all_the_same() {
        Random random = new Random(2);
        List<TextOffer> all = LongStream.rangeClosed(1, 600)
                .mapToObj(counter -> new TextOffer(
                        CAM,
                        counter,
                        ItemId.parse(new UUID(random.nextLong(), random.nextLong())
                                .toString()
                                .replace("-", "")),
                        CAPTURED,
                        utf8("text " + counter)))
                .toList();
        for (int from = 0; from < 600; from += 100) {
            store(all.subList(from, from + 100));
        }
        restart();
        assertThat(texts.store(all, Set.of()).outcomes()).containsOnly(Outcome.DURABLE);
        assertThat(texts.store(
                                all.stream()
                                        .map(text -> new TextOffer(
                                                CAM, text.counter() + 600, text.id(), CAPTURED, text.utf8()))
                                        .toList(),
                                Set.of())
                        .outcomes())
                .containsOnly(Outcome.CONFLICT);
        assertThat(count("offer")).isBetween(400L, 600L);
    }

    @Test
    void two_sessions_of_one_device_may_take_turns() {
        List<TextOffer> odd =
                range(1, 20).stream().filter(text -> text.counter() % 2 == 1).toList();
        List<TextOffer> even =
                range(1, 20).stream().filter(text -> text.counter() % 2 == 0).toList();
        store(odd);
        store(even);
        restart();
        assertThat(texts.store(range(1, 20), Set.of()).outcomes()).containsOnly(Outcome.DURABLE);
        assertThat(texts.store(List.of(new TextOffer(CAM, 21, id(4), CAPTURED, utf8("text 4"))), Set.of())
                        .outcomes())
                .containsExactly(Outcome.CONFLICT);
        for (long counter = 1; counter <= 20; counter++) {
            assertThat(stored(counter).counters()).isEqualTo(new CounterRun(counter, counter));
        }
    }

    @Test
    void an_unused_counter_below_the_highest_is_accepted() {
        store(List.of(text(10, "ten"), text(12, "twelve")));
        store(List.of(text(11, "eleven")));
        store(List.of(text(2, "two")));
        assertThat(offers.highest("cam")).isEqualTo(12);
        assertThat(texts.store(List.of(text(2, "two"), text(10, "ten"), text(11, "eleven"), text(11, "no")), Set.of())
                        .outcomes())
                .containsExactly(Outcome.DURABLE, Outcome.DURABLE, Outcome.DURABLE, Outcome.CONFLICT);
    }

    @Test
    void texts_and_uploads_share_counters_and_ids() {
        Offer upload = new Offer("cam", 5, id(5).toString(), "ab".repeat(32));
        offers.add(upload);
        store(List.of(text(1, "one"), text(7, "seven")));
        assertThat(texts.store(
                                List.of(
                                        text(5, "five"),
                                        new TextOffer(CAM, 5, id(50), CAPTURED, utf8("its counter")),
                                        new TextOffer(CAM, 8, id(5), CAPTURED, utf8("its id"))),
                                Set.of())
                        .outcomes())
                .containsOnly(Outcome.CONFLICT);
        assertThat(Stream.of(
                                new Offer("cam", 7, id(60).toString(), "ab".repeat(32)),
                                new Offer("cam", 60, id(7).toString(), "ab".repeat(32)),
                                new Offer("cam", 1, id(7).toString(), "ab".repeat(32)),
                                text(7, "seven").offer(),
                                upload,
                                new Offer("cam", 6, id(6).toString(), "ab".repeat(32)),
                                new Offer("gate", 7, id(7).toString(), "ab".repeat(32)))
                        .map(offers::standing))
                .containsExactly(
                        Standing.CONFLICT,
                        Standing.CONFLICT,
                        Standing.CONFLICT,
                        Standing.REPEAT,
                        Standing.REPEAT,
                        Standing.NEW,
                        Standing.NEW);
    }

    /** Few rows between the keys are read with them; of many none is, and each key is sought. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 15, 16, 17, 18, 300})
    void keys_that_are_far_apart_are_known_whatever_lies_between(int others) {
        offers.add(LongStream.rangeClosed(1, others)
                .mapToObj(i -> new Offer("cam", 100 + i, id(1_000 + i).toString(), "ab".repeat(32)))
                .toList());
        offers.add(new Offer("cam", 90, id(900).toString(), "ab".repeat(32)));
        offers.add(List.of(text(10, "ten").offer(), text(5_000, "last").offer()));
        assertThat(texts.store(
                                List.of(
                                        text(10, "ten"),
                                        text(5_000, "last"),
                                        text(5_000, "other"),
                                        text(90, "its counter"),
                                        new TextOffer(CAM, 91, id(900), CAPTURED, utf8("its id")),
                                        text(92, "new")),
                                Set.of())
                        .outcomes())
                .containsExactly(
                        Outcome.DURABLE,
                        Outcome.DURABLE,
                        Outcome.CONFLICT,
                        Outcome.CONFLICT,
                        Outcome.CONFLICT,
                        Outcome.DURABLE);
        assertThat(count("text_block")).isOne();
    }

    @Test
    void of_two_nodes_that_write_texts_of_a_device_at_once_only_one_can() {
        store(range(1, 5));
        Top seenByBoth = new Top(5, id(5).value(), 1);
        blocks.add("cam", seenByBoth, TextBlock.pack(range(6, 8), Bytes.EMPTY), OffsetDateTime.now());
        assertThrows(
                DuplicateKeyException.class,
                () -> blocks.add("cam", seenByBoth, TextBlock.pack(range(7, 9), Bytes.EMPTY), OffsetDateTime.now()));
    }

    private void store(List<TextOffer> batch) {
        assertThat(texts.store(batch, Set.of()).outcomes()).hasSameSizeAs(batch).containsOnly(Outcome.DURABLE);
    }

    private TextBlock stored(long counter) {
        return blocks.with("cam", counter).orElseThrow();
    }

    private long count(String table) {
        return JdbcClient.create(database)
                .sql("SELECT COUNT(*) FROM " + table)
                .query(Long.class)
                .single();
    }

    private static List<TextOffer> range(long first, long last) {
        return LongStream.rangeClosed(first, last)
                .mapToObj(counter -> text(counter, "text " + counter))
                .toList();
    }

    private static TextOffer text(long counter, String text) {
        return new TextOffer(CAM, counter, id(counter), CAPTURED, utf8(text));
    }

    private static ItemId id(long number) {
        return ItemId.parse("%032x".formatted(number));
    }

    private static Bytes utf8(String text) {
        return Bytes.of(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void each_block_of_a_commit_has_a_range_of_ids_of_its_own() {
        assertThat(TextBlock.pack(range(1, 2_500), id(10).value()).stream().map(TextBlock::ids))
                .containsExactly(
                        new IdRange(id(11).value(), id(1_000).value()),
                        new IdRange(id(1_001).value(), id(2_000).value()),
                        new IdRange(id(2_001).value(), id(2_500).value()));
    }
}
