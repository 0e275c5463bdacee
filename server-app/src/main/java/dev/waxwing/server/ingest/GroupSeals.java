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
import java.util.OptionalLong;
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
        List<CounterRun> runs = CounterRun.of(counters, counters.size());
        for (CounterRun run : runs) {
            if (texts.isAnyInGroup(device, run)) {
                return refused(
                        RefusalReason.CONFLICT,
                        "one of the texts %d to %d is in another group".formatted(run.first(), run.last()));
            }
        }
        try (FileChannel part = store.openPart(transferId)) {
            part.truncate(0);
            Content content = new Content(part);
            for (CounterRun run : runs) {
                OptionalLong missing = write(device, run, content);
                if (missing.isPresent()) {
                    return refused(RefusalReason.MISMATCH, "text " + missing.getAsLong() + " is not held");
                }
            }
            part.force(false);
            return new Assembly.Assembled(content.held());
        } catch (IOException e) {
            throw StorageFullException.recognise(e);
        }
    }

    /** Writes the lines of a run, block by block. Returns a text that is not held. */
    private OptionalLong write(String device, CounterRun run, Content content) throws IOException {
        long next = run.first();
        while (next <= run.last()) {
            Optional<TextBlock> block = texts.find(device, next);
            if (block.isEmpty()) {
                return OptionalLong.of(next);
            }
            long last = Math.min(run.last(), block.get().counters().last());
            content.append(block.get(), new CounterRun(next, last));
            next = last + 1;
        }
        return OptionalLong.empty();
    }

    /** What a group's manifest has to say of it; its time is the device's own affair. */
    static Announced announced(Manifest manifest) {
        return new Announced(
                manifest.uploadId(), manifest.counter(), TextLines.NAME, TextLines.MEDIA_TYPE, manifest.capturedAt());
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

    /** The content of one group as it is written. Its memory is used for one block after the other. Owned by one thread. */
    private final class Content {

        private final FileChannel part;
        private final MessageDigest digest = Fingerprint.sha256();
        private final Writer lines = Writer.growing(TYPICAL_BLOCK);
        private long size;

        Content(FileChannel part) {
            this.part = part;
        }

        void append(TextBlock block, CounterRun wanted) throws IOException {
            lines.clear();
            block.writeLines(wanted, lines);
            if (!space.hasRoomFor(lines.position())) {
                part.truncate(0);
                throw new StorageFullException("the disk has no room for a group of texts beside the reserve");
            }
            size += lines.position();
            digest.update(lines.written());
            ByteBuffer unwritten = lines.written();
            while (unwritten.hasRemaining()) {
                part.write(unwritten);
            }
        }

        Held held() {
            return new Held(size, Bytes.adopt(digest.digest()));
        }
    }
}
