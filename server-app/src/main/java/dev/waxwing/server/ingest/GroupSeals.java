package dev.waxwing.server.ingest;

import dev.waxwing.evidence.Manifest;
import dev.waxwing.evidence.TextLines;
import dev.waxwing.media.ItemId;
import dev.waxwing.media.RefusalReason;
import dev.waxwing.server.ingest.IncomingUpload.Held;
import dev.waxwing.server.media.DiskSpace;
import dev.waxwing.server.media.MediaStore;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.Writer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.springframework.stereotype.Component;

/** Makes the content of groups of texts from what is held (docs/protocol.md, section 13.2), block by block. */
@Component
final class GroupSeals {

    private static final int STRIPES = 64;

    /** What the lines of one block have in bytes, as a rule no more. */
    private static final int TYPICAL_BLOCK = 96 << 10;

    private final TextStore texts;
    private final MediaStore store;
    private final DiskSpace space;
    private final ReentrantLock[] stripes = new ReentrantLock[STRIPES];

    GroupSeals(TextStore texts, MediaStore store, DiskSpace space) {
        this.texts = texts;
        this.store = store;
        this.space = space;
        Arrays.setAll(stripes, _ -> new ReentrantLock());
    }

    /** Runs a step that no other session runs for the same group at the same time. */
    Answer exclusively(String device, ItemId group, Step step) throws IOException {
        ReentrantLock lock = stripes[Math.floorMod(Objects.hash(device, group), STRIPES)];
        lock.lock();
        try {
            return step.run();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Writes a group's content, durably, as the part of its transfer.
     *
     * @throws StorageFullException when the disk has no room for it beside the reserve; nothing of it is left there
     */
    Assembly assemble(String device, String transferId, List<Long> counters) throws IOException {
        for (CounterRun run : CounterRun.of(counters, counters.size())) {
            if (texts.isAnyInGroup(device, run)) {
                return refused(
                        RefusalReason.CONFLICT,
                        "one of the texts %d to %d is in another group".formatted(run.first(), run.last()));
            }
        }
        MessageDigest digest = Fingerprint.sha256();
        Writer lines = Writer.growing(TYPICAL_BLOCK);
        long size = 0;
        try (FileChannel part = store.openPart(transferId)) {
            part.truncate(0);
            for (int from = 0; from < counters.size(); ) {
                Optional<TextBlock> block = texts.find(device, counters.get(from));
                if (block.isEmpty()) {
                    return refused(RefusalReason.MISMATCH, "text " + counters.get(from) + " is not held");
                }
                int to = end(counters, from, block.get());
                lines.clear();
                block.get().writeLines(counters.subList(from, to), lines);
                from = to;
                if (!space.hasRoomFor(lines.position())) {
                    part.truncate(0);
                    throw new StorageFullException("the disk has no room for a group of texts beside the reserve");
                }
                size += lines.position();
                digest.update(lines.written());
                write(part, lines.written());
            }
            part.force(false);
        } catch (IOException e) {
            throw StorageFullException.recognise(e);
        }
        return new Assembly.Assembled(new Held(size, Bytes.of(digest.digest())));
    }

    /** Where the counters leave a block. */
    private static int end(List<Long> counters, int from, TextBlock block) {
        int to = from;
        while (to < counters.size() && block.counters().has(counters.get(to))) {
            to++;
        }
        return to;
    }

    /** What a group's manifest has to say of it; its time is the device's own affair. */
    static Announced announced(Manifest manifest) {
        return new Announced(
                manifest.uploadId(), manifest.counter(), TextLines.NAME, TextLines.MEDIA_TYPE, manifest.capturedAt());
    }

    private static void write(FileChannel part, ByteBuffer lines) throws IOException {
        while (lines.hasRemaining()) {
            part.write(lines);
        }
    }

    private static Assembly refused(RefusalReason reason, String detail) {
        return new Assembly.Refused(new Refusal(reason, detail));
    }

    interface Step {
        Answer run() throws IOException;
    }

    /** What assembling came to. */
    sealed interface Assembly {

        record Assembled(Held content) implements Assembly {}

        record Refused(Refusal refusal) implements Assembly {}
    }
}
