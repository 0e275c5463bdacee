package dev.waxwing.server.ingest;

import dev.waxwing.media.UploadOpen;
import dev.waxwing.server.media.DiskSpace;
import dev.waxwing.server.media.MediaStore;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.Quantity;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * An upload open in one session: its part file and the hash of what is in it, computed once, while the bytes are at hand.
 *
 * <p>The session's reading thread appends; a virtual thread of its own synchronises the file behind it; any thread may take the
 * upload away. The lock guards all fields and is held over writes to the file, never over its synchronisation nor over the
 * network. Nobody interrupts a thread that uses the file: that would close it.
 */
final class IncomingUpload {

    private static final int READ_SIZE = 256 << 10;

    /** Two windows: what may be on its way, and as much again. */
    private static final int PROMISED_STEPS = 4;

    private final UploadOpen offer;
    private final MediaStore store;
    private final DiskSpace space;
    private final long syncEvery;
    private final long syncAfter;
    private final Progress progress;
    private final CompletableFuture<Void> over = new CompletableFuture<>();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition synced = lock.newCondition();
    private State state = State.OPENING;
    private String transferId = "";
    private @Nullable FileChannel file;
    private MessageDigest digest = Fingerprint.sha256();
    private long written;
    private long durable;
    private long syncedAt;
    private long promised;
    private boolean syncing;
    private @Nullable IOException syncFailure;
    private volatile boolean takenAway;

    /**
     * @param syncEvery so many bytes may be written before they are synchronised
     * @param syncAfter so long after the last time whatever was written is
     * @param progress told on a thread of the upload
     */
    IncomingUpload(
            UploadOpen offer,
            MediaStore store,
            DiskSpace space,
            long syncEvery,
            Duration syncAfter,
            Progress progress) {
        this.offer = offer;
        this.store = store;
        this.space = space;
        this.syncEvery = syncEvery;
        this.syncAfter = syncAfter.toNanos();
        this.progress = progress;
    }

    UploadOpen offer() {
        return offer;
    }

    String transferId() {
        return transferId;
    }

    /**
     * Opens the part file and hashes what is in it already.
     *
     * @return where to go on, or null when the upload was taken away meanwhile
     * @throws StorageFullException when the disk has no room for the rest
     */
    @Nullable
    Held prepare(String id) throws IOException {
        lock.lock();
        try {
            transferId = id;
            if (takenAway) {
                return null;
            }
            FileChannel part = store.openPart(id);
            file = part;
            if (offer.restart() || part.size() > offer.size()) {
                part.truncate(0);
            }
            promiseFirst(offer.size() - part.size());
            hashPrefix(part);
            if (takenAway) {
                return null;
            }
            part.force(false);
            durable = written;
            syncedAt = System.nanoTime();
            state = State.OPEN;
            return new Held(written, prefixHash());
        } finally {
            if (state != State.OPEN) {
                shut();
            }
            lock.unlock();
        }
    }

    /** All of the rest must fit, but only what comes next is promised. */
    private void promiseFirst(long rest) throws IOException {
        long next = Math.min(rest, PROMISED_STEPS * syncEvery);
        if (!space.promise(next, rest)) {
            throw noRoom(rest);
        }
        promised = next;
    }

    /** Renews the promise when it does not cover what is to be written. */
    private void promiseNext(int length) throws IOException {
        if (length <= promised) {
            return;
        }
        long next = Math.min(offer.size() - written, Math.max(length, PROMISED_STEPS * syncEvery)) - promised;
        if (!space.promise(next)) {
            throw noRoom(next);
        }
        promised += next;
    }

    private static StorageFullException noRoom(long bytes) {
        return new StorageFullException(
                "the disk has no room for " + Quantity.of(bytes, "byte") + " beside the reserve");
    }

    private void hashPrefix(FileChannel part) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(READ_SIZE);
        part.position(0);
        while (!takenAway && part.read(buffer.clear()) > 0) {
            digest.update(buffer.flip());
            written += buffer.limit();
        }
    }

    private Bytes prefixHash() {
        try {
            return Bytes.of(((MessageDigest) digest.clone()).digest());
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("SHA-256 of this platform cannot be continued", e);
        }
    }

    /**
     * Writes the next bytes.
     *
     * @throws StorageFullException when the disk has no more room
     */
    Appended append(long offset, ByteBuffer data) throws IOException {
        lock.lock();
        try {
            FileChannel part = file;
            if (state != State.OPEN || part == null) {
                return Appended.NOT_OPEN;
            }
            if (offset != written || data.remaining() > offer.size() - written) {
                return Appended.OUT_OF_ORDER;
            }
            int length = data.remaining();
            promiseNext(length);
            digest.update(data.duplicate());
            write(part, data);
            written += length;
            promised -= length;
            space.release(length);
            if (syncDue() && !syncing) {
                syncing = true;
                Thread.ofVirtual().name("waxwing-sync").start(() -> sync(part));
            }
            return Appended.TAKEN;
        } finally {
            lock.unlock();
        }
    }

    private static void write(FileChannel part, ByteBuffer data) throws IOException {
        try {
            while (data.hasRemaining()) {
                part.write(data);
            }
        } catch (IOException e) {
            throw StorageFullException.recognise(e);
        }
    }

    private boolean syncDue() {
        long ahead = written - durable;
        return ahead >= syncEvery
                || ahead > 0 && (written == offer.size() || System.nanoTime() - syncedAt >= syncAfter);
    }

    /** Acknowledges after each synchronisation; goes on as long as more has been written meanwhile. */
    private void sync(FileChannel part) {
        long target = written();
        while (target >= 0) {
            try {
                part.force(false);
                if (space.isScarce()) {
                    throw new StorageFullException("others have filled the disk");
                }
            } catch (IOException e) {
                syncFailed(e);
                return;
            }
            progress.durable(target);
            target = syncedUpTo(target);
        }
    }

    private long written() {
        lock.lock();
        try {
            return written;
        } finally {
            lock.unlock();
        }
    }

    /** The next target, or -1 when there is none. */
    private long syncedUpTo(long target) {
        lock.lock();
        try {
            durable = target;
            syncedAt = System.nanoTime();
            if (syncDue()) {
                return written;
            }
            syncing = false;
            synced.signalAll();
            return -1;
        } finally {
            lock.unlock();
        }
    }

    private void syncFailed(IOException e) {
        boolean wasOpen;
        lock.lock();
        try {
            syncFailure = e;
            syncing = false;
            wasOpen = state == State.OPEN;
            if (wasOpen) {
                shut();
            }
            synced.signalAll();
        } finally {
            lock.unlock();
        }
        if (wasOpen) {
            progress.failed(e);
        }
    }

    /** Why synchronising failed, if it did. */
    @Nullable
    IOException syncFailure() {
        lock.lock();
        try {
            return syncFailure;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Ends the receiving of bytes, so that what was received can be judged.
     *
     * @return false when the upload is not open any more
     */
    boolean beginSeal() {
        lock.lock();
        try {
            if (state != State.OPEN) {
                return false;
            }
            state = State.SEALING;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until all bytes are durable, and closes the file. Only after {@link #beginSeal}.
     *
     * @return size and SHA-256 of what was received
     */
    Held complete() throws IOException {
        lock.lock();
        try {
            while (syncing) {
                synced.awaitUninterruptibly();
            }
            if (syncFailure != null) {
                throw syncFailure;
            }
            if (file != null && durable < written) {
                file.force(false);
            }
            Bytes hash = prefixHash();
            shut();
            return new Held(written, hash);
        } finally {
            lock.unlock();
        }
    }

    /** Takes the upload away from whoever uses it, and waits until a seal that has begun is through. Its part stays. */
    void takeAway() {
        abandon();
        over.join();
    }

    /** Lets go of the upload without waiting. A seal that has begun goes on; the part stays. */
    void abandon() {
        takenAway = true;
        lock.lock();
        try {
            if (state != State.SEALING) {
                shut();
                over.complete(null);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Must be called once the upload was sealed, whatever came of it. */
    void sealed() {
        lock.lock();
        try {
            state = State.OVER;
            shut();
            over.complete(null);
        } finally {
            lock.unlock();
        }
    }

    /** Closes the file and gives back the room that was promised for the rest. */
    private void shut() {
        space.release(promised);
        promised = 0;
        FileChannel part = file;
        file = null;
        if (state != State.SEALING) {
            state = State.OVER;
        }
        if (part != null) {
            try {
                part.close();
            } catch (IOException e) {
                // Whatever could be lost was never acknowledged.
            }
        }
    }

    /** Who is told how far an upload is. */
    interface Progress {

        /** All bytes before the offset would survive a crash. */
        void durable(long offset);

        /** No more can be made durable; the upload is not open any more. */
        void failed(IOException e);
    }

    private enum State {
        OPENING,
        OPEN,
        SEALING,
        OVER
    }

    enum Appended {
        TAKEN,
        OUT_OF_ORDER,
        NOT_OPEN
    }

    /**
     * What the server holds of an upload.
     *
     * @param size in bytes
     * @param sha256 of these bytes
     */
    record Held(long size, Bytes sha256) {}
}
