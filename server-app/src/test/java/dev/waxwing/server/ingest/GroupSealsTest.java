package dev.waxwing.server.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waxwing.ca.inventory.SerialNumber;
import dev.waxwing.evidence.TextLines;
import dev.waxwing.media.ItemId;
import dev.waxwing.media.RefusalReason;
import dev.waxwing.media.Text;
import dev.waxwing.server.ingest.GroupSeals.Assembly;
import dev.waxwing.server.media.DiskSpace;
import dev.waxwing.server.media.MediaStore;
import dev.waxwing.wire.Bytes;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The content of a group is the lines of its texts (protocol section 13.2), wherever these are found. */
class GroupSealsTest {

    private static final Instant CAPTURED = Instant.parse("2026-01-31T09:30:00.123Z");
    private static final Sender CAM = new Sender("cam", new SerialNumber(BigInteger.ONE), "0".repeat(32));
    private static final String TRANSFER = "ab".repeat(16);

    private MediaStore store;
    private TextStore texts;
    private GroupSeals seals;

    @BeforeEach
    void open(@TempDir Path directory) throws Exception {
        JdbcDataSource source = new JdbcDataSource();
        source.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
        Flyway.configure().dataSource(source).load().migrate();
        JdbcTemplate database = new JdbcTemplate(source);
        JdbcClient jdbc = JdbcClient.create(database);
        TextBlocks blocks = new TextBlocks(jdbc, database);
        DiskSpace space = new DiskSpace(() -> 1L << 30, 100);
        texts = new TextStore(
                jdbc, database, blocks, new Offers(jdbc, database, blocks), _ -> false, space, Clock.systemUTC());
        store = MediaStore.open(directory, () -> 1L << 30);
        seals = new GroupSeals(texts, store, space);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_group_has_the_lines_of_its_texts_in_memory_or_in_the_database(boolean kept) throws Exception {
        store(kept, LongStream.rangeClosed(1, 700));
        store(kept, LongStream.rangeClosed(701, 1_000));
        store(kept, LongStream.of(1_002, 1_003, 1_010));
        List<Long> counters = LongStream.concat(LongStream.rangeClosed(5, 990), LongStream.of(1_003, 1_010))
                .boxed()
                .toList();
        byte[] lines = lines(counters);
        assertThat(seals.assemble("cam", TRANSFER, counters))
                .isInstanceOfSatisfying(Assembly.Assembled.class, assembled -> {
                    assertThat(assembled.content().size()).isEqualTo(lines.length);
                    assertThat(assembled.content().sha256()).isEqualTo(sha256(lines));
                });
        assertThat(store.head(TRANSFER, lines.length + 1)).isEqualTo(lines);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 4, 6, 12})
    void a_text_that_is_not_held_is_in_no_group(long missing) throws Exception {
        store(true, LongStream.of(1, 2, 3, 5));
        store(false, LongStream.of(7, 8, 9, 10, 11));
        List<Long> counters = Stream.concat(Stream.of(1L, 2L, 3L, 5L, 7L, 8L, 9L, 10L, 11L), Stream.of(missing))
                .sorted()
                .toList();
        assertThat(seals.assemble("cam", TRANSFER, counters))
                .isEqualTo(
                        new Assembly.Refused(new Refusal(RefusalReason.MISMATCH, "text " + missing + " is not held")));
        assertThat(seals.assemble("gate", TRANSFER, List.of(1L)))
                .isEqualTo(new Assembly.Refused(new Refusal(RefusalReason.MISMATCH, "text 1 is not held")));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 60_000})
    void only_so_many_blocks_are_kept(int size) {
        int most = RecentBlocks.MOST_BYTES / Math.max(512, size);
        RecentBlocks recent = new RecentBlocks();
        for (long counter = 1; counter <= 2 * most; counter++) {
            recent.add(counter % 2 == 0 ? "cam" : "gate", List.of(block(counter, size)));
        }
        List<Long> kept = LongStream.rangeClosed(1, 2 * most)
                .filter(counter ->
                        recent.with(counter % 2 == 0 ? "cam" : "gate", counter).isPresent())
                .boxed()
                .toList();
        assertThat(kept.size()).isBetween(most / 2, most);
        assertThat(kept)
                .containsExactlyElementsOf(LongStream.rangeClosed(2 * most - kept.size() + 1, 2 * most)
                        .boxed()
                        .toList());
        assertThat(recent.with("gate", 2 * most)).isEmpty();
        assertThat(recent.with("door", 2 * most)).isEmpty();
    }

    private static TextBlock block(long counter, int size) {
        return TextBlock.pack(
                        List.of(TextOffer.of(CAM, new Text(counter, id(counter), CAPTURED, "x".repeat(size)))),
                        Bytes.EMPTY)
                .getFirst();
    }

    private void store(boolean kept, LongStream counters) {
        TextStore.Stored stored = texts.store(
                counters.mapToObj(counter -> TextOffer.of(CAM, text(counter))).toList(), Set.of());
        if (kept) {
            texts.keep(stored);
        }
    }

    private static byte[] lines(List<Long> counters) {
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        counters.forEach(
                counter -> lines.writeBytes(TextLines.line(text(counter)).toArray()));
        return lines.toByteArray();
    }

    /** More than one block of them; with characters that a line escapes. */
    private static Text text(long counter) {
        return new Text(counter, id(counter), CAPTURED.plusMillis(counter), "é\"\n".repeat(40) + counter);
    }

    private static ItemId id(long number) {
        return ItemId.parse("%032x".formatted(number));
    }

    private static Bytes sha256(byte[] content) {
        MessageDigest digest = Fingerprint.sha256();
        return Bytes.of(digest.digest(content));
    }
}
