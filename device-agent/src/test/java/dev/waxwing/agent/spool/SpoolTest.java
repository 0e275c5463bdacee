package dev.waxwing.agent.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.waxwing.media.ItemId;
import dev.waxwing.wire.Bytes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolTest {

    private static final Instant NOW = Instant.parse("2026-03-01T10:15:30.123Z");

    @TempDir
    Path directory;

    private Spool open() throws IOException {
        return open(directory);
    }

    private static Spool open(Path directory) throws IOException {
        return Spool.open(directory, new SecureRandom(), Clock.fixed(NOW, ZoneOffset.UTC));
    }

    private static FileSource source(String name) {
        return new FileSource(Path.of("/films", name).toAbsolutePath(), 5, NOW.plusNanos(42), name, "video/mp4");
    }

    private static ManifestSigner signer(List<Bytes> previous) {
        return (counter, id, _, before) -> {
            previous.add(before);
            return new SignedManifest(Bytes.of((byte) counter, id.value().at(0)), Bytes.of((byte) 9));
        };
    }

    private static Settled accepted(ItemId id, long counter) {
        return new Settled(id, Settled.Kind.TEXT, counter, "texts.jsonl", 10, "ab", "cd", null, null, List.of(1L), NOW);
    }

    @Test
    void numbers_texts_files_and_groups_with_one_counter_from_1() throws IOException {
        try (Spool spool = open()) {
            QueuedText text = spool.addText("a");
            assertThat(text.counter()).isEqualTo(1);
            assertThat(spool.addFiles(List.of(source("x"), source("y"))))
                    .extracting(QueuedFile::counter)
                    .containsExactly(2L, 3L);
            spool.acknowledged(List.of(1L));
            assertThat(spool.seal(List.of(text), signer(new ArrayList<>())).counter())
                    .isEqualTo(4);
        }
    }

    @Test
    void texts_that_are_queued_together_are_as_if_queued_one_by_one() throws IOException {
        List<QueuedText> queued;
        try (Spool spool = open()) {
            assertThat(spool.addText("first").counter()).isEqualTo(1);
            queued = spool.addTexts(List.of("second", "third"));
            assertThat(queued).extracting(QueuedText::text).containsExactly("second", "third");
            assertThat(queued).extracting(QueuedText::counter).containsExactly(2L, 3L);
            assertThat(spool.addText("fourth").counter()).isEqualTo(4);
        }
        try (Spool spool = open()) {
            assertThat(spool.view().texts()).hasSize(4).containsAll(queued);
        }
    }

    @Test
    void finds_everything_again_after_it_was_opened_anew() throws IOException {
        SpoolView before;
        try (Spool spool = open()) {
            QueuedText first = spool.addText("first \n \"line\" ☃");
            spool.addText("second");
            spool.addText("third");
            QueuedFile film = spool.addFiles(List.of(source("film.mp4"), source("other.mp4")))
                    .getFirst();
            spool.acknowledged(List.of(1L, 2L));
            spool.seal(List.of(first), signer(new ArrayList<>()));
            spool.seal(film, signer(new ArrayList<>()));
            before = spool.view();
        }
        try (Spool spool = open()) {
            assertThat(spool.view()).isEqualTo(before);
            assertThat(Spool.view(directory)).isEqualTo(before);
            assertThat(before.texts()).extracting(QueuedText::acknowledged).containsExactly(true, false);
        }
    }

    @Test
    void never_gives_a_counter_out_twice_even_when_all_is_settled() throws IOException {
        try (Spool spool = open()) {
            QueuedText text = spool.addText("a");
            spool.settle(accepted(text.id(), text.counter()));
        }
        try (Spool spool = open()) {
            assertThat(spool.view().isEmpty()).isTrue();
            assertThat(spool.addText("b").counter()).isEqualTo(2);
        }
    }

    @Test
    void chains_each_manifest_to_the_one_signed_before_it() throws IOException {
        List<Bytes> previous = new ArrayList<>();
        SignedManifest first;
        try (Spool spool = open()) {
            first = spool.seal(List.of(spool.addText("a")), signer(previous)).manifest();
        }
        try (Spool spool = open()) {
            spool.seal(spool.addFiles(List.of(source("x"))).getFirst(), signer(previous));
        }
        assertThat(previous).containsExactly(Bytes.of(new byte[32]), first.sha256());
    }

    @Test
    void loses_nothing_durable_and_repeats_nothing_wherever_a_crash_cuts_the_journal() throws IOException {
        Path journal = directory.resolve("journal");
        List<Long> ends = new ArrayList<>();
        List<SpoolView> views = new ArrayList<>();
        List<Integer> settled = new ArrayList<>();
        try (Spool spool = open()) {
            for (int step = 0; step <= 7; step++) {
                switch (step) {
                    case 1 -> spool.addText("one");
                    case 2 -> spool.addFiles(List.of(source("film")));
                    case 3 -> spool.addText("two\n");
                    case 4 -> spool.seal(List.of(spool.view().texts().getFirst()), signer(new ArrayList<>()));
                    case 5 -> spool.seal(spool.view().files().getFirst(), signer(new ArrayList<>()));
                    case 6 ->
                        spool.settle(accepted(spool.view().groups().getFirst().id(), 4));
                    case 7 -> spool.skipCounters(10);
                    default -> {
                        // The empty spool.
                    }
                }
                ends.add(Files.size(journal));
                views.add(spool.view());
                settled.add(Spool.history(directory).size());
            }
        }
        byte[] whole = Files.readAllBytes(journal);
        for (int cut = 0; cut <= whole.length; cut++) {
            int state = 0;
            while (state + 1 < ends.size() && ends.get(state + 1) <= cut) {
                state++;
            }
            Path after = directory.resolve("cut-" + cut);
            Files.createDirectory(after);
            Files.write(after.resolve("journal"), Arrays.copyOf(whole, cut));
            QueuedText added;
            try (Spool spool = open(after)) {
                assertThat(spool.view()).as("cut at %d", cut).isEqualTo(views.get(state));
                assertThat(Spool.history(after)).hasSize(settled.get(state));
                added = spool.addText("after the crash");
                assertThat(added.counter()).isGreaterThan(views.get(state).lastCounter());
            }
            try (Spool spool = open(after)) {
                assertThat(spool.view().texts()).contains(added);
                assertThat(Spool.damagedJournals(after)).isEmpty();
            }
        }
    }

    @Test
    void keeps_what_is_whole_and_a_copy_when_the_journal_is_damaged_in_its_middle() throws IOException {
        try (Spool spool = open()) {
            spool.addText("one");
            spool.addText("two");
            spool.addText("three");
        }
        Path journal = directory.resolve("journal");
        byte[] bytes = Files.readAllBytes(journal);
        bytes[bytes.length / 2] ^= 1;
        Files.write(journal, bytes);
        try (Spool spool = open()) {
            assertThat(spool.view().texts()).extracting(QueuedText::text).containsExactly("one", "three");
            assertThat(spool.addText("four").counter()).isEqualTo(4);
        }
        assertThat(Spool.damagedJournals(directory)).hasSize(1);
        try (Spool spool = open()) {
            assertThat(spool.view().texts()).extracting(QueuedText::text).containsExactly("one", "three", "four");
        }
        assertThat(Spool.damagedJournals(directory)).hasSize(1);
    }

    @Test
    void moves_settled_entries_to_the_history_and_lists_each_once() throws IOException {
        Set<ItemId> ids = new HashSet<>();
        try (Spool spool = open()) {
            for (int i = 0; i < 1_203; i++) {
                QueuedText text = spool.addText("text " + i);
                spool.settle(accepted(text.id(), text.counter()));
                ids.add(text.id());
            }
            spool.addText("still waiting");
        }
        assertThat(Files.size(directory.resolve("history"))).isPositive();
        try (Spool spool = open()) {
            assertThat(spool.view().texts()).hasSize(1);
            assertThat(spool.view().lastCounter()).isEqualTo(1_204);
        }
        assertThat(Spool.history(directory)).extracting(Settled::id).containsExactlyInAnyOrderElementsOf(ids);
        assertThat(Spool.history(directory)).extracting(Settled::counter).isSorted();
    }

    @Test
    void skips_counters_for_good() throws IOException {
        try (Spool spool = open()) {
            spool.skipCounters(41);
            spool.skipCounters(7);
        }
        try (Spool spool = open()) {
            assertThat(spool.addText("x").counter()).isEqualTo(42);
        }
    }

    @Test
    void renumbers_in_order_and_for_good_what_was_never_offered_and_nothing_else() throws IOException {
        SpoolView after;
        try (Spool spool = open()) {
            spool.addText("offered");
            spool.addFiles(List.of(source("offered")));
            spool.offering();
            QueuedText text = spool.addText("a");
            spool.addFiles(List.of(source("b")));
            spool.addText("c");
            spool.skipCounters(3);
            after = spool.view();
            assertThat(spool.counterOf(text)).isEqualTo(6);
        }
        assertThat(after.texts()).extracting(QueuedText::counter).containsExactly(1L, 6L, 8L);
        assertThat(after.texts()).extracting(QueuedText::text).containsExactly("offered", "a", "c");
        assertThat(after.files()).extracting(QueuedFile::counter).containsExactly(2L, 7L);
        try (Spool spool = open()) {
            assertThat(spool.view()).isEqualTo(after);
            assertThat(spool.addText("d").counter()).isEqualTo(9);
        }
    }

    @Test
    void remembers_what_was_offered_when_the_journal_starts_anew() throws IOException {
        try (Spool spool = open()) {
            spool.addText("offered");
            spool.offering();
            for (int i = 0; i < 501; i++) {
                spool.settle(accepted(ItemId.fresh(new SecureRandom()), 1));
            }
        }
        open().close();
        try (Spool spool = open()) {
            assertThat(Files.size(directory.resolve("history"))).isPositive();
            spool.skipCounters(40);
            assertThat(spool.view().texts()).extracting(QueuedText::counter).containsExactly(1L);
        }
    }

    @Test
    void is_readable_by_its_owner_only() throws IOException {
        Path fresh = directory.resolve("a/b");
        try (Spool spool = open(fresh)) {
            spool.addText("private");
        }
        assertThat(Files.getPosixFilePermissions(fresh)).isEqualTo(PosixFilePermissions.fromString("rwx------"));
        assertThat(Files.getPosixFilePermissions(fresh.resolve("journal")))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void takes_nothing_more_when_it_is_closed() throws IOException {
        Spool spool = open();
        spool.close();

        assertThatThrownBy(() -> spool.addText("late")).isInstanceOf(IOException.class);
    }

    /** What is about to be compacted: so much is settled, and some waits. */
    private SpoolView fillUntilCompaction(Path directory, Set<ItemId> ids) throws IOException {
        try (Spool spool = open(directory)) {
            spool.addText("waits");
            spool.addFiles(List.of(source("waits")));
            for (int i = 0; i < 501; i++) {
                QueuedText text = spool.addText("text " + i);
                spool.settle(accepted(text.id(), text.counter()));
                ids.add(text.id());
            }
            return spool.view();
        }
    }

    @Test
    void loses_nothing_wherever_a_crash_ends_the_move_to_the_history() throws IOException {
        Path before = directory.resolve("before");
        Set<ItemId> ids = new HashSet<>();
        SpoolView view = fillUntilCompaction(before, ids);
        byte[] journal = Files.readAllBytes(before.resolve("journal"));
        open(before).close(); // Which moves what is settled.
        byte[] history = Files.readAllBytes(before.resolve("history"));
        byte[] fresh = Files.readAllBytes(before.resolve("journal"));
        assertThat(fresh.length).isLessThan(journal.length);

        int step = 0;
        for (int cut = 0; cut < history.length; cut += history.length / 7) {
            assertWhole(step++, journal, Arrays.copyOf(history, cut), null, view, ids);
        }
        for (int cut = 0; cut <= fresh.length; cut += fresh.length / 4) {
            assertWhole(step++, journal, history, Arrays.copyOf(fresh, cut), view, ids);
        }
        assertWhole(step, fresh, history, null, view, ids);
    }

    private void assertWhole(
            int step, byte[] journal, byte[] history, byte[] unfinished, SpoolView view, Set<ItemId> ids)
            throws IOException {
        Path after = Files.createDirectory(directory.resolve("step-" + step));
        Files.write(after.resolve("journal"), journal);
        Files.write(after.resolve("history"), history);
        if (unfinished != null) {
            Files.write(after.resolve(".journal123.new"), unfinished);
        }
        try (Spool spool = open(after)) {
            assertThat(spool.view()).as("step %d", step).isEqualTo(view);
            assertThat(Spool.history(after)).extracting(Settled::id).containsExactlyInAnyOrderElementsOf(ids);
        }
        try (Stream<Path> left = Files.list(after)) {
            assertThat(left.map(Path::getFileName).map(Path::toString)).containsOnly("journal", "history");
        }
    }

    @Test
    void starts_no_journal_anew_before_its_settled_entries_are_in_the_history() throws IOException {
        Path full = directory.resolve("full");
        fillUntilCompaction(full, new HashSet<>());
        byte[] journal = Files.readAllBytes(full.resolve("journal"));
        Files.createDirectory(full.resolve("history")); // Nothing can be written into it.

        assertThatThrownBy(() -> open(full)).isInstanceOf(IOException.class);

        assertThat(full.resolve("journal")).hasBinaryContent(journal);
    }

    @Test
    void moves_to_the_history_with_little_more_memory_than_what_waits_takes() throws Exception {
        Process small = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx" + SmallHeap.HEAP_MEGABYTES + "m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        SmallHeap.class.getName(),
                        directory.resolve("small").toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(small.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(small.waitFor()).as(said).isZero();
        assertThat(Files.size(directory.resolve("small/journal"))).isGreaterThan(SmallHeap.WAITING_MEGABYTES << 20);
        assertThat(Spool.history(directory.resolve("small"))).hasSize(SmallHeap.SETTLED);
    }

    /** A device with so little memory that a copy of its journal does not fit in beside what the journal says. */
    static final class SmallHeap {

        static final int HEAP_MEGABYTES = 44;
        static final long WAITING_MEGABYTES = 24;
        static final int SETTLED = 1_001;

        private SmallHeap() {}

        public static void main(String[] arguments) throws IOException {
            Path home = Path.of(arguments[0]);
            try (Spool spool = open(home)) {
                String text = "x".repeat(60_000);
                for (long size = 0; size <= WAITING_MEGABYTES << 20; size += text.length()) {
                    spool.addText(new String(text));
                }
                for (int i = 0; i < SETTLED; i++) {
                    spool.settle(accepted(ItemId.fresh(new SecureRandom()), 1));
                }
            }
            open(home).close();
        }
    }
}
