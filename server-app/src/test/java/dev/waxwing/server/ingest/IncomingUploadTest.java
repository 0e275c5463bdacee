package dev.waxwing.server.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.waxwing.media.ItemId;
import dev.waxwing.media.UploadOpen;
import dev.waxwing.server.ingest.IncomingUpload.Appended;
import dev.waxwing.server.ingest.IncomingUpload.Held;
import dev.waxwing.server.media.DiskSpace;
import dev.waxwing.server.media.MediaStore;
import dev.waxwing.wire.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IncomingUploadTest {

    private static final String ID = "00112233445566778899aabbccddeeff";
    private static final byte[] CONTENT = new byte[10_000];

    static {
        new Random(1).nextBytes(CONTENT);
    }

    @TempDir
    Path directory;

    private final AtomicLong usable = new AtomicLong(1L << 30);
    private final DiskSpace space = new DiskSpace(usable::get, 1_000);
    private final List<Long> durable = new CopyOnWriteArrayList<>();
    private final List<IOException> failures = new CopyOnWriteArrayList<>();
    private MediaStore store;

    @BeforeEach
    void open() throws IOException {
        store = MediaStore.open(directory.resolve("media"), usable::get);
    }

    @Test
    void acknowledges_each_step_and_the_last_byte() throws IOException {
        IncomingUpload upload = upload(false);
        assertThat(upload.prepare(ID)).isEqualTo(new Held(0, sha256(0)));
        assertThat(append(upload, 0, 3_999)).isEqualTo(Appended.TAKEN);
        assertThat(durable).isEmpty();
        assertThat(append(upload, 3_999, 4_000)).isEqualTo(Appended.TAKEN);
        await().until(() -> durable.contains(4_000L));
        append(upload, 4_000, CONTENT.length);
        await().until(() -> durable.contains((long) CONTENT.length));
        assertThat(upload.beginSeal()).isTrue();
        assertThat(upload.complete()).isEqualTo(new Held(CONTENT.length, sha256(CONTENT.length)));
        upload.sealed();
    }

    @Test
    void acknowledges_what_there_is_when_the_last_time_was_long_ago() throws IOException {
        IncomingUpload upload = upload(false, 4_000, Duration.ZERO);
        upload.prepare(ID);
        append(upload, 0, 10);
        await().until(() -> durable.contains(10L));
    }

    @Test
    void goes_on_from_what_is_on_the_disk() throws IOException {
        IncomingUpload first = upload(false);
        first.prepare(ID);
        append(first, 0, 5_000);
        first.abandon();
        assertThat(append(first, 5_000, 6_000)).isEqualTo(Appended.NOT_OPEN);

        IncomingUpload second = upload(false);
        assertThat(second.prepare(ID)).isEqualTo(new Held(5_000, sha256(5_000)));
        append(second, 5_000, CONTENT.length);
        assertThat(second.beginSeal()).isTrue();
        assertThat(second.complete().sha256()).isEqualTo(sha256(CONTENT.length));
        second.sealed();

        assertThat(upload(true).prepare(ID)).isEqualTo(new Held(0, sha256(0)));
    }

    @Test
    void takes_no_gaps_no_overlaps_and_nothing_beyond_the_end() throws IOException {
        IncomingUpload upload = upload(false);
        upload.prepare(ID);
        append(upload, 0, 1_000);
        assertThat(append(upload, 1_001, 2_000)).isEqualTo(Appended.OUT_OF_ORDER);
        assertThat(append(upload, 999, 2_000)).isEqualTo(Appended.OUT_OF_ORDER);
        assertThat(upload.append(1_000, ByteBuffer.allocate(9_001))).isEqualTo(Appended.OUT_OF_ORDER);
        assertThat(append(upload, 1_000, CONTENT.length)).isEqualTo(Appended.TAKEN);
    }

    @Test
    void needs_room_for_the_rest_only_and_gives_it_back() throws IOException {
        IncomingUpload first = upload(false);
        first.prepare(ID);
        append(first, 0, 8_000);
        first.abandon();
        usable.set(2_999);
        assertThrows(StorageFullException.class, () -> upload(false).prepare(ID));
        usable.set(3_000);
        IncomingUpload second = upload(false);
        assertThat(second.prepare(ID)).isNotNull();
        assertThat(space.promise(1)).isFalse();
        second.abandon();
        assertThat(space.promise(2_000)).isTrue();
    }

    @Test
    void an_idle_upload_holds_what_it_writes_next_and_not_all_it_declared() throws IOException {
        usable.set(11_000);
        IncomingUpload idle = upload(false, 500);
        idle.prepare(ID);
        assertThat(space.promise(8_001)).isFalse();
        assertThat(space.promise(8_000)).isTrue();
        space.release(8_000);
        idle.abandon();
        assertThat(space.promise(10_000)).isTrue();
    }

    @Test
    void is_promised_more_as_it_writes_until_the_reserve_would_be_touched() throws IOException {
        usable.set(11_000);
        IncomingUpload upload = upload(false, 500);
        upload.prepare(ID);
        append(upload, 0, 3_000);
        assertThat(space.promise(10_001)).as("3,000 written, none promised").isFalse();
        append(upload, 3_000, 3_500);
        assertThat(space.promise(8_500)).as("1,500 of 2,000 promised").isTrue();
        append(upload, 3_500, 5_000);
        assertThrows(StorageFullException.class, () -> append(upload, 5_000, 7_000));
        space.release(8_500);
        assertThat(append(upload, 5_000, CONTENT.length)).isEqualTo(Appended.TAKEN);
        assertThat(upload.beginSeal()).isTrue();
        assertThat(upload.complete()).isEqualTo(new Held(CONTENT.length, sha256(CONTENT.length)));
        upload.sealed();
        assertThat(space.promise(10_000)).isTrue();
    }

    @Test
    void tells_when_others_fill_the_disk_meanwhile() throws IOException {
        IncomingUpload upload = upload(false);
        upload.prepare(ID);
        usable.set(100);
        append(upload, 0, 4_000);
        await().until(() -> !failures.isEmpty());
        assertThat(failures).singleElement().isInstanceOf(StorageFullException.class);
        assertThat(append(upload, 4_000, 5_000)).isEqualTo(Appended.NOT_OPEN);
        assertThat(durable).isEmpty();
    }

    @Test
    void a_seal_that_has_begun_is_waited_for_by_whoever_takes_the_upload_away() throws Exception {
        IncomingUpload upload = upload(false);
        upload.prepare(ID);
        append(upload, 0, CONTENT.length);
        assertThat(upload.beginSeal()).isTrue();
        Thread taker = Thread.startVirtualThread(upload::takeAway);
        await().until(() -> taker.getState() == Thread.State.WAITING);
        assertThat(upload.complete().size()).isEqualTo(CONTENT.length);
        upload.sealed();
        taker.join();
        assertThat(upload.beginSeal()).isFalse();
    }

    private IncomingUpload upload(boolean restart) {
        return upload(restart, 4_000);
    }

    private IncomingUpload upload(boolean restart, long syncEvery) {
        return upload(restart, syncEvery, Duration.ofHours(1));
    }

    private IncomingUpload upload(boolean restart, long syncEvery, Duration syncAfter) {
        UploadOpen offer = new UploadOpen(
                ItemId.parse(ID), 1, CONTENT.length, Instant.EPOCH, restart, "application/octet-stream", "a.bin");
        return new IncomingUpload(offer, store, space, syncEvery, syncAfter, new IncomingUpload.Progress() {
            @Override
            public void durable(long offset) {
                durable.add(offset);
            }

            @Override
            public void failed(IOException e) {
                failures.add(e);
            }
        });
    }

    private static Appended append(IncomingUpload upload, int from, int to) throws IOException {
        return upload.append(from, ByteBuffer.wrap(CONTENT, from, to - from));
    }

    private static Bytes sha256(int length) {
        return Bytes.of(Fingerprint.sha256().digest(Arrays.copyOf(CONTENT, length)));
    }
}
