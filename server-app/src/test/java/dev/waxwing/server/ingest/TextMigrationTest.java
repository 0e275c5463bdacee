package dev.waxwing.server.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waxwing.ca.inventory.SerialNumber;
import dev.waxwing.media.ItemId;
import dev.waxwing.server.ingest.TextStore.Outcome;
import dev.waxwing.server.media.DiskSpace;
import dev.waxwing.wire.Bytes;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A data directory of a server that had a row for each text. */
class TextMigrationTest {

    private static final Instant CAPTURED = Instant.parse("2026-01-31T09:30:00.123Z");
    private static final SerialNumber CERTIFICATE = new SerialNumber(BigInteger.ONE);

    private JdbcDataSource source;
    private JdbcTemplate database;
    private TextBlocks blocks;
    private TextStore texts;
    private Offers offers;

    private List<TextOffer> old;

    @BeforeEach
    void migrate() {
        source = new JdbcDataSource();
        source.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
        database = new JdbcTemplate(source);
        Flyway.configure().dataSource(source).target("102").load().migrate();
        old = Stream.of(
                        LongStream.rangeClosed(3, 1_500).mapToObj(counter -> offer("cam", counter, "text " + counter)),
                        Stream.of(offer("cam", 1_502, "x".repeat(60_000)), offer("cam", 1_503, "y".repeat(60_000))),
                        Stream.of(offer("gate", 1_504, "ü"), offer("gate", 9_000, "of another device")))
                .flatMap(each -> each)
                .toList();
        old.forEach(this::insert);
        Flyway.configure().dataSource(source).load().migrate();

        JdbcClient jdbc = JdbcClient.create(database);
        blocks = new TextBlocks(jdbc, database);
        offers = new Offers(jdbc, database, blocks);
        DiskSpace space = new DiskSpace(() -> 1L << 30, 100);
        texts = new TextStore(jdbc, database, blocks, offers, _ -> false, space, Clock.systemUTC());
    }

    private void insert(TextOffer text) {
        Offers.Offer offer = text.offer();
        database.update(
                "INSERT INTO offer (device, counter, offer_id, fingerprint) VALUES (?, ?, ?, ?)",
                offer.device(),
                offer.counter(),
                offer.id(),
                offer.fingerprint());
        database.update(
                "INSERT INTO text_message (device, counter, text_id, utf8, captured_at, received_at)"
                        + " VALUES (?, ?, ?, ?, ?, CURRENT_TIMESTAMP)",
                text.device(),
                text.counter(),
                text.id().toString(),
                text.utf8().toArray(),
                text.capturedAt().atOffset(ZoneOffset.UTC));
    }

    @Test
    void every_text_is_held_as_it_was() {
        for (TextOffer text : old) {
            TextBlock block = blocks.with(text.device(), text.counter()).orElseThrow();
            assertThat(block.texts())
                    .filteredOn(each -> each.counter() == text.counter())
                    .singleElement()
                    .satisfies(each -> assertThat(each.offer(text.device())).isEqualTo(text.offer()));
        }
        assertThat(blocks.with("cam", 1_501)).isEmpty();
        assertThat(blocks.with("gate", 3)).isEmpty();
        assertThat(database.queryForObject("SELECT COUNT(*) FROM text_block", Long.class))
                .isEqualTo(6);
    }

    @Test
    void a_migration_that_was_not_noted_as_done_changes_nothing_the_second_time() {
        database.update("DELETE FROM \"flyway_schema_history\" WHERE \"version\" = '103.1'");
        Flyway.configure().dataSource(source).outOfOrder(true).load().migrate();
        every_text_is_held_as_it_was();
    }

    @Test
    void repeats_are_told_from_conflicts_as_before() {
        assertThat(texts.store(old, Set.of()).outcomes()).hasSameSizeAs(old).containsOnly(Outcome.DURABLE);
        TextOffer otherContent = new TextOffer(
                sender("cam"), 7, old.get(4).id(), CAPTURED, Bytes.of("other".getBytes(StandardCharsets.UTF_8)));
        TextOffer otherCounter = new TextOffer(
                sender("cam"),
                2_000,
                old.getFirst().id(),
                CAPTURED,
                old.getFirst().utf8());
        assertThat(texts.store(List.of(otherContent, otherCounter), Set.of()).outcomes())
                .containsOnly(Outcome.CONFLICT);
    }

    @Test
    void new_texts_follow_the_old_ones() {
        assertThat(offers.highest("cam")).isEqualTo(1_503);
        TextOffer next = offer("cam", 1_504, "after");
        assertThat(texts.store(List.of(next), Set.of()).outcomes()).containsExactly(Outcome.DURABLE);
        assertThat(texts.store(List.of(next), Set.of()).outcomes()).containsExactly(Outcome.DURABLE);
        assertThat(offers.highest("cam")).isEqualTo(1_504);
    }

    private static TextOffer offer(String device, long counter, String text) {
        return new TextOffer(
                sender(device),
                counter,
                ItemId.parse("%032x".formatted(counter)),
                CAPTURED,
                Bytes.of(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static Sender sender(String device) {
        return new Sender(device, CERTIFICATE, "0".repeat(32));
    }
}
