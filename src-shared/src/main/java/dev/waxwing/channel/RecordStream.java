package dev.waxwing.channel;

import dev.waxwing.crypto.Aead;
import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.handshake.Action.ChangeReceivingKeys;
import dev.waxwing.handshake.Action.ChangeSendingKeys;
import dev.waxwing.recordlayer.ContentType;
import dev.waxwing.recordlayer.Direction;
import dev.waxwing.recordlayer.Opener;
import dev.waxwing.recordlayer.Protector;
import dev.waxwing.recordlayer.RecordHeader;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.TruncatedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Records over one blocking socket. One thread reads at a time and one writes; who that is, is the owner's business. Any
 * thread may close.
 */
final class RecordStream {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final SocketChannel socket;
    private final CryptoProvider crypto;
    private final SecureRandom random;
    private final BufferPool pool;
    private final Protector protector;
    private final Opener opener;

    /** Where an idle stream waits without holding a buffer of the pool. */
    private final ByteBuffer first = ByteBuffer.allocate(RecordHeader.SIZE);

    /** What has arrived and was not read yet, from position to limit; borrowed from the pool. */
    private @Nullable ByteBuffer arrived;

    /** Records that are protected and not written yet; an idle session holds no list of them. */
    private List<ByteBuffer> gathered = List.of();

    /** Those of them that are borrowed from the pool; the others are their owner's. */
    private List<ByteBuffer> borrowed = List.of();

    private ByteBuffer content = NOTHING;
    private volatile @Nullable IOException closedBecause;
    private volatile long lastRead = System.nanoTime();
    private volatile long lastWrite = System.nanoTime();

    /** When the records began that are being written, 0 if none is. */
    private volatile long writingSince;

    private volatile long bytesReceived;
    private volatile long bytesSent;
    private volatile long keyBytesReceived;
    private volatile long keyBytesSent;
    private volatile long sendingSince = System.nanoTime();

    /** @param random for suites that need a fresh IV for each record */
    RecordStream(
            SocketChannel socket,
            CryptoProvider crypto,
            SecureRandom random,
            BufferPool pool,
            Direction sending,
            Direction receiving) {
        this.socket = socket;
        this.crypto = crypto;
        this.random = random;
        this.pool = pool;
        this.protector = new Protector(sending);
        this.opener = new Opener(receiving);
    }

    /** The first byte of the stream, which stays there to be read. */
    int firstByte() throws IOException {
        return Byte.toUnsignedInt(arrive(1).get(0));
    }

    /** Gives up the stream but not the socket, and gives what has arrived of it; for the only thread that reads or writes. */
    Bytes leave() throws IOException {
        Bytes unread = Bytes.copyOf(arrive(1));
        disposeReading();
        disposeWriting();
        return unread;
    }

    /**
     * Reads the next record; its content is in {@link #content()} until the next call.
     *
     * @param maxPayload bytes of payload that are acceptable now
     * @throws TruncatedException if the stream ends
     */
    ContentType read(int maxPayload) throws IOException, ProtocolException {
        RecordHeader header = RecordHeader.decode(arrive(RecordHeader.SIZE));
        if (header.length() > maxPayload) {
            throw ProtocolException.malformed(
                    "a record of " + header.length() + " bytes where at most " + maxPayload + " are acceptable");
        }
        opener.check(header);
        ByteBuffer record = arrive(RecordHeader.SIZE + header.length());
        ByteBuffer payload = record.slice(record.position() + RecordHeader.SIZE, header.length());
        record.position(record.position() + RecordHeader.SIZE + header.length());
        ContentType type = opener.open(header, payload);
        keyBytesReceived += RecordHeader.SIZE + header.length();
        content = payload;
        return type;
    }

    /**
     * Waits until something has arrived. Here an idle session spends its life, so few frames should be under this one: while a
     * virtual thread waits, its stack lies on the heap.
     *
     * @throws TruncatedException if the stream ends, and nobody has said why
     */
    ByteBuffer await() throws IOException {
        ByteBuffer buffer = arrived;
        if (buffer != null && buffer.hasRemaining()) {
            return buffer;
        }
        giveBackArrived();
        int n;
        try {
            n = socket.read(first.clear());
        } catch (IOException e) {
            throw reasonOf(e);
        }
        count(n);
        buffer = pool.small().put(first.flip()).flip();
        arrived = buffer;
        return buffer;
    }

    /** Reads the next record, whatever its length. */
    ContentType read() throws IOException, ProtocolException {
        return read(RecordHeader.MAX_RECORD);
    }

    /** What the last record contained. */
    ByteBuffer content() {
        return content;
    }

    /** Throws away what still arrives, until the peer ends the stream. */
    void drain() throws IOException {
        ByteBuffer waste = pool.small();
        try {
            while (socket.read(waste.clear()) >= 0) {
                lastRead = System.nanoTime();
            }
        } catch (ClosedChannelException e) {
            throw reasonOf(e);
        } finally {
            pool.giveBack(waste);
        }
    }

    /** Protects one record, which leaves together with those that follow: with {@link #flush} or the next write. */
    void gather(ContentType type, Bytes content) {
        ByteBuffer memory = pool.holding(Protector.HEAD + content.size() + Protector.TAIL);
        boolean isProtected = false;
        try {
            content.putInto(memory.position(Protector.HEAD));
            protect(type, memory.flip());
            isProtected = true;
        } finally {
            if (!isProtected) {
                pool.giveBack(memory); // Never to the socket: it is plaintext.
            }
        }
        gathered = with(gathered, memory);
        borrowed = with(borrowed, memory);
    }

    /**
     * Protects one record, which leaves together with those that follow: with {@link #flush} or the next write. Its memory must
     * not be touched before that.
     *
     * @param record laid out as {@link Protector#protect} wants it
     */
    void gather(ContentType type, ByteBuffer record) {
        protect(type, record);
        gathered = with(gathered, record);
    }

    private static List<ByteBuffer> with(List<ByteBuffer> records, ByteBuffer next) {
        List<ByteBuffer> more = records.isEmpty() ? new ArrayList<>(1) : records;
        more.add(next);
        return more;
    }

    /** Writes what was gathered. */
    void flush() throws IOException {
        if (gathered.isEmpty()) {
            return;
        }
        writingSince = System.nanoTime();
        try {
            writeGathered();
        } catch (ClosedChannelException e) {
            throw reasonOf(e);
        } finally {
            writingSince = 0;
            lastWrite = System.nanoTime();
            dropGathered();
        }
    }

    private void writeGathered() throws IOException {
        if (gathered.size() == 1) {
            ByteBuffer record = gathered.getFirst();
            while (record.hasRemaining()) {
                socket.write(record);
            }
            return;
        }
        ByteBuffer[] records = gathered.toArray(ByteBuffer[]::new);
        while (records[records.length - 1].hasRemaining()) {
            socket.write(records);
        }
    }

    /** Protects and writes one record. */
    void write(ContentType type, Bytes content) throws IOException {
        gather(type, content);
        flush();
    }

    private void protect(ContentType type, ByteBuffer record) {
        protector.protect(type, record);
        bytesSent += record.remaining();
        keyBytesSent += record.remaining();
    }

    void change(ChangeSendingKeys change) {
        protector.change(change.epoch(), change.session(), crypto.aead(change.keys(), random));
        keyBytesSent = 0;
        sendingSince = System.nanoTime();
    }

    void change(ChangeReceivingKeys change) {
        Aead aead = crypto.aead(change.keys(), random);
        if (change.lateAlertAllowed()) {
            opener.changeAllowingLateAlert(change.epoch(), change.session(), aead);
        } else {
            opener.change(change.epoch(), change.session(), aead);
        }
        keyBytesReceived = 0;
    }

    /** How many records the sending key has protected. */
    long recordsSent() {
        return protector.records();
    }

    /** How many records the receiving key has opened. */
    long recordsReceived() {
        return opener.records();
    }

    /** How many bytes of records the sending key has protected. */
    long keyBytesSent() {
        return keyBytesSent;
    }

    /** How many bytes have passed in both directions since the connection was made. */
    long bytes() {
        return bytesSent + bytesReceived;
    }

    /** Since when the sending key is in use, by {@link System#nanoTime()}. */
    long sendingSince() {
        return sendingSince;
    }

    /** How many more records the sending key may protect. */
    long recordsLeft() {
        return protector.recordsLeft();
    }

    int sendingEpoch() {
        return protector.epoch();
    }

    int receivingEpoch() {
        return opener.epoch();
    }

    /** When a byte last came, by {@link System#nanoTime()}. */
    long lastRead() {
        return lastRead;
    }

    /** When a write last ended, well or not, by {@link System#nanoTime()}. */
    long lastWrite() {
        return lastWrite;
    }

    /** Whether the records on their way have taken longer than this for each, because the peer does not read. */
    boolean writesLongerThan(long nanos) {
        long since = writingSince;
        return since != 0 && System.nanoTime() - since > nanos;
    }

    ChannelCounters counters() {
        return new ChannelCounters(
                recordsSent(), recordsReceived(), keyBytesSent, keyBytesReceived, bytesSent, bytesReceived);
    }

    /** Why the socket is closed. */
    IOException closedBecause() {
        return reasonOf(new ClosedChannelException());
    }

    boolean isOpen() {
        return socket.isOpen();
    }

    /** No more will be written; the peer sees the end of the stream once it has read everything. */
    void endOutput() throws IOException {
        socket.shutdownOutput();
    }

    /** Closes the socket; whoever waits in it gets this exception. */
    void closeBecause(IOException reason) {
        because(reason);
        close();
    }

    /** What whoever waits in the socket gets once it is closed; the first reason counts. */
    void because(IOException reason) {
        if (closedBecause == null) {
            closedBecause = reason;
        }
    }

    void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // A socket that cannot be closed is as useless as a closed one.
            closedBecause = e;
        }
    }

    /** For the only thread that reads or writes. */
    void closeAndDispose() {
        close();
        disposeReading();
        disposeWriting();
    }

    /** Gives the reading buffer back and wipes the receiving keys; for the reading thread, once the socket is closed. */
    void disposeReading() {
        opener.close();
        giveBackArrived();
    }

    /** Wipes the sending keys; for the writing thread, once the socket is closed. */
    void disposeWriting() {
        protector.close();
        dropGathered();
    }

    /** Forgets what was gathered and not written. */
    void dropGathered() {
        gathered = List.of();
        borrowed.forEach(pool::giveBack);
        borrowed = List.of();
    }

    /** Waits until so many bytes have arrived and gives them, and maybe more, unread. */
    private ByteBuffer arrive(int bytes) throws IOException {
        ByteBuffer buffer = await();
        while (buffer.remaining() < bytes) {
            buffer = withRoom(buffer);
            arrived = buffer;
            int start = buffer.position();
            int end = buffer.limit();
            buffer.limit(buffer.capacity()).position(end);
            try {
                fromSocket(buffer);
            } finally {
                buffer.limit(buffer.position()).position(start);
            }
        }
        return buffer;
    }

    private void giveBackArrived() {
        content = NOTHING;
        ByteBuffer buffer = arrived;
        if (buffer != null) {
            arrived = null;
            pool.giveBack(buffer);
        }
    }

    private ByteBuffer withRoom(ByteBuffer buffer) {
        if (buffer.limit() < buffer.capacity()) {
            return buffer;
        }
        return buffer.position() > 0 ? buffer.compact().flip() : pool.grow(buffer);
    }

    private void fromSocket(ByteBuffer buffer) throws IOException {
        int n;
        try {
            n = socket.read(buffer);
        } catch (IOException e) {
            throw reasonOf(e);
        }
        count(n);
    }

    private void count(int n) throws IOException {
        if (n < 0) {
            throw reasonOf(new TruncatedException("the stream ended without a close"));
        }
        bytesReceived += n;
        lastRead = System.nanoTime();
    }

    /** Once this end has given up, that is the reason, whatever the socket says. */
    private IOException reasonOf(IOException e) {
        IOException reason = closedBecause;
        return reason == null ? e : reason;
    }
}
