package dev.waxwing.agent.upload;

import dev.waxwing.agent.spool.QueuedFile;
import dev.waxwing.media.ItemId;
import dev.waxwing.media.UploadData;
import dev.waxwing.media.UploadReady;
import dev.waxwing.wire.Bytes;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.jspecify.annotations.Nullable;

/**
 * One file on its way. Its bytes are read once for each time they are sent, straight into the record, and hashed there.
 *
 * <p>The sending thread owns what is read; offsets that the receiving thread moves are guarded by the session's lock.
 */
final class Upload implements Closeable {

    /** Where an upload stands in the exchange of protocol section 13.3. */
    enum Phase {
        /** UploadOpen was sent. */
        OPENING,
        /** UploadReady came; the prefix is not compared yet. */
        READY,
        /** Data is being sent. */
        SENDING,
        /** UploadSeal was sent. */
        SEALED,
        /** The server does not know it any more; it must be opened again. */
        LOST
    }

    private static final int PREFIX_BUFFER = 1 << 16;

    private QueuedFile file;
    private final FileChannel channel;
    private MessageDigest digest = sha256();
    private Phase phase = Phase.OPENING;
    private long from;
    private long sent;
    private long acknowledged;
    private long window;
    private @Nullable UploadReady answer;
    private long hashed;
    private int losses;
    private int mismatches;

    private Upload(QueuedFile file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Opens the file.
     *
     * @throws FileChangedException if it is gone, or not the one that was queued
     */
    static Upload open(QueuedFile file) throws FileChangedException {
        try {
            requireUnchanged(file);
            return new Upload(file, FileChannel.open(file.path(), StandardOpenOption.READ));
        } catch (IOException unreadable) {
            throw FileChangedException.unreadable(file, unreadable);
        }
    }

    private static void requireUnchanged(QueuedFile file) throws IOException, FileChangedException {
        BasicFileAttributes now = Files.readAttributes(file.path(), BasicFileAttributes.class);
        if (now.size() != file.size() || !now.lastModifiedTime().toInstant().equals(file.modifiedAt())) {
            throw new FileChangedException("%s changed after it was queued".formatted(file.path()));
        }
    }

    ItemId id() {
        return file.id();
    }

    QueuedFile file() {
        return file;
    }

    Phase phase() {
        return phase;
    }

    /** The server's answer to UploadOpen. */
    void ready(UploadReady ready) {
        phase = Phase.READY;
        from = ready.offset();
        sent = ready.offset();
        acknowledged = ready.offset();
        window = ready.window();
        answer = ready;
    }

    /** The last answer to UploadOpen. */
    UploadReady answer() {
        if (answer == null) {
            throw new IllegalStateException("no answer yet");
        }
        return answer;
    }

    /** The server holds all before this offset. */
    boolean acknowledge(long offset) {
        if (offset < acknowledged || offset > sent) {
            return false;
        }
        acknowledged = offset;
        return true;
    }

    /** The server lost sight of it; returns how often that happened. */
    int lose() {
        phase = Phase.LOST;
        return ++losses;
    }

    /** What the server holds is not the beginning of this file; returns how often that happened. */
    int mismatch() {
        return ++mismatches;
    }

    /** UploadOpen is sent again. */
    void reopening() {
        phase = Phase.OPENING;
    }

    /** UploadSeal is sent. */
    void sealed(QueuedFile signed) {
        file = signed;
        phase = Phase.SEALED;
    }

    /** Hashes what the server holds already, and says whether it is the beginning of this file. */
    boolean hasPrefix(UploadReady ready) throws FileChangedException {
        digest = sha256();
        hashed = ready.offset();
        if (hashed > file.size()) {
            return false;
        }
        ByteBuffer buffer = ByteBuffer.allocate(PREFIX_BUFFER);
        long at = 0;
        while (at < hashed) {
            buffer.clear().limit((int) Math.min(PREFIX_BUFFER, hashed - at));
            at += read(buffer, at);
            digest.update(buffer.flip());
        }
        return Bytes.of(snapshot(digest)).equals(ready.prefixSha256());
    }

    /** This answer was compared. If another one came meanwhile, that one must be compared first. */
    void startSending(UploadReady compared) {
        if (answer == compared) {
            phase = Phase.SENDING;
        }
    }

    /** How many bytes may be sent now. */
    long sendable() {
        return Math.min(file.size() - sent, acknowledged + window - sent);
    }

    boolean isAllSent() {
        return sent == file.size();
    }

    /** The offset of the next piece. */
    long next() {
        return hashed;
    }

    /**
     * Fills a record with the next piece.
     *
     * @param record empty; takes one UploadData message
     * @param end the offset that must not be passed; there must be a byte before it
     * @return how many bytes of the file are in it
     */
    int fill(ByteBuffer record, long end) throws FileChangedException {
        int room = Math.min(record.remaining() - UploadData.HEAD_SIZE, UploadData.MAX_DATA);
        int size = (int) Math.min(room, end - hashed);
        UploadData.writeHead(record, file.id(), hashed, size);
        int start = record.position();
        record.limit(start + size);
        read(record, hashed);
        digest.update(record.position(start));
        hashed += size;
        return size;
    }

    void sent(int bytes) {
        if (phase == Phase.SENDING) {
            sent += bytes;
        }
    }

    /**
     * The hash of all that was sent.
     *
     * @throws FileChangedException if the file changed meanwhile
     */
    Bytes contentSha256() throws FileChangedException {
        try {
            requireUnchanged(file);
        } catch (IOException unreadable) {
            throw FileChangedException.unreadable(file, unreadable);
        }
        return Bytes.of(snapshot(digest));
    }

    UploadProgress progress() {
        return new UploadProgress(file, from, acknowledged);
    }

    private int read(ByteBuffer target, long at) throws FileChangedException {
        int begin = target.position();
        try {
            while (target.hasRemaining()) {
                if (channel.read(target, at + target.position() - begin) < 0) {
                    throw new EOFException("it became shorter");
                }
            }
            return target.position() - begin;
        } catch (IOException unreadable) {
            throw FileChangedException.unreadable(file, unreadable);
        }
    }

    private static byte[] snapshot(MessageDigest digest) {
        try {
            return ((MessageDigest) digest.clone()).digest();
        } catch (CloneNotSupportedException impossible) {
            throw new IllegalStateException("the JDK's SHA-256 can be copied", impossible);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
