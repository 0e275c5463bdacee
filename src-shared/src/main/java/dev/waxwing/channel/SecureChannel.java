package dev.waxwing.channel;

import dev.waxwing.crypto.Suite;
import dev.waxwing.handshake.Action.Connect;
import dev.waxwing.handshake.RekeyPolicy;
import dev.waxwing.handshake.Session;
import dev.waxwing.handshake.SessionGrant;
import dev.waxwing.handshake.SessionTerms;
import dev.waxwing.recordlayer.ContentType;
import dev.waxwing.recordlayer.Protector;
import dev.waxwing.recordlayer.RecordHeader;
import dev.waxwing.trust.VerifiedPeer;
import dev.waxwing.wire.Alert;
import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.Incident;
import dev.waxwing.wire.PeerAlertException;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.SessionId;
import dev.waxwing.wire.TruncatedException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One session with an authenticated peer (protocol sections 3, 11 and 12). One thread receives; any thread may send, end
 * or abort. Made for virtual threads: every call blocks until it is done.
 *
 * <p>The read lock guards the reading half of the stream; {@link WritingHalf} and {@link KeyRenewal} have locks of their own. The
 * receiving thread answers pings and key changes by posting, so it never waits for a thread that is sending.
 */
public final class SecureChannel implements Closeable {

    private static final Duration LAST_WORD = Duration.ofSeconds(1);
    /** Pings that are answered in any third of the idle time (protocol section 12). */
    private static final int PINGS = 10;

    private static final Duration CLOSE_WAIT = Duration.ofSeconds(2);

    private final RecordStream stream;
    private final BufferPool pool;
    private final SessionId id;
    private final Suite suite;
    private final VerifiedPeer peer;
    private final SessionTerms terms;
    private final SessionGrant grant;
    private final Bytes rootList;
    private final int peerMaxContent;
    private final Incident incident;
    private final Instant startedAt;
    private final Duration serverTimeOffset;
    private final ReentrantLock readLock = new ReentrantLock();
    private final WritingHalf out;
    private final KeyRenewal renewal;
    private final Heartbeat heartbeat;
    private final Budget peersPings;
    private final long end;
    private final Side side;
    private final Timetable times;
    /** The monitor of {@link #readingEnded}, which nobody holds for longer than a look. */
    private final Object ending = new Object();

    private boolean readingEnded;
    private volatile @Nullable Thread reader;
    private volatile boolean failed;
    private boolean peerClosed;

    /** Owned by the timer's thread. */
    private boolean isOver;

    private SecureChannel(
            RecordStream stream, BufferPool pool, Connect connect, Incident incident, Clock clock, Side side) {
        this.stream = stream;
        this.pool = pool;
        Session session = connect.session();
        this.id = session.id();
        this.suite = session.suite();
        this.peer = session.peer();
        this.terms = session.terms();
        this.grant = session.grant();
        this.rootList = session.rootList();
        this.peerMaxContent = session.peerMaxContent();
        this.incident = incident;
        this.startedAt = clock.instant();
        this.side = side;
        this.serverTimeOffset = side == Side.SERVER ? Duration.ZERO : Duration.between(startedAt, session.serverTime());
        this.out = new WritingHalf(stream);
        this.renewal = new KeyRenewal(connect.rekeying(), stream, out, terms, side == Side.DEVICE, _ -> giveUp());
        this.heartbeat = new Heartbeat(stream, terms.idle(), side == Side.DEVICE, this::ping);
        this.peersPings = new Budget(PINGS, terms.idle().dividedBy(3));
        this.end = System.nanoTime()
                + Duration.between(startedAt, latestEnd(startedAt, session)).toNanos();
        this.times = new Timetable(
                e -> stream.closeBecause(new IOException("this end failed to keep the session's times", e)),
                this::tick);
        renewal.start();
        times.start(firstLook());
    }

    static SecureChannel ofServer(
            RecordStream stream, BufferPool pool, Connect connect, Incident incident, Clock clock) {
        return new SecureChannel(stream, pool, connect, incident, clock, Side.SERVER);
    }

    static SecureChannel ofDevice(RecordStream stream, BufferPool pool, Connect connect, Clock clock) {
        return new SecureChannel(stream, pool, connect, Incident.NONE, clock, Side.DEVICE);
    }

    public SessionId sessionId() {
        return id;
    }

    public Suite suite() {
        return suite;
    }

    public VerifiedPeer peer() {
        return peer;
    }

    /** What the server granted with SessionAccept. */
    public SessionGrant grant() {
        return grant;
    }

    /** The revocation list of its root that the server showed in the handshake, DER; empty if it showed none. */
    public Bytes rootList() {
        return rootList;
    }

    /** What the server announced about the session. */
    public SessionTerms terms() {
        return terms;
    }

    /** By the own clock. */
    public Instant startedAt() {
        return startedAt;
    }

    /** How far the server's clock is ahead of the own one; zero at the server. */
    public Duration serverTimeOffset() {
        return serverTimeOffset;
    }

    /** The current epoch of the sending direction, 2 or more. */
    public int epoch() {
        return stream.sendingEpoch();
    }

    /** The current epoch of the receiving direction, 2 or more. */
    public int receivingEpoch() {
        return stream.receivingEpoch();
    }

    /** How many ratchets have renewed the keys of both directions (protocol section 10.2). */
    public long ratchets() {
        return renewal.ratchets();
    }

    /**
     * Renews the keys of both directions with a fresh key exchange, or joins a renewal that is under way, and waits until it is
     * over. Another thread must receive meanwhile.
     *
     * @return how many there were in this session now
     * @throws IOException if the session ends first, or the peer does not answer in time
     */
    public long rekey(Duration limit) throws IOException, InterruptedException {
        return renewal.ratchet(limit);
    }

    public ChannelCounters counters() {
        return stream.counters();
    }

    /** False once the socket is closed, from whichever side and for whatever reason that was noticed. */
    public boolean isOpen() {
        return stream.isOpen();
    }

    /** A pooled buffer for one record of application messages. No lock is held while it is filled. */
    public OutgoingRecord newRecord() {
        return new OutgoingRecord(pool, Math.min(peerMaxContent, RecordHeader.MAX_CONTENT));
    }

    /**
     * Protects and writes the record, which is spent whatever happens. An empty record is discarded.
     *
     * @throws IOException if this end has closed, also because its key is used up, or the channel breaks
     */
    public void send(OutgoingRecord record) throws IOException {
        ByteBuffer memory = record.take();
        try {
            if (memory.remaining() > Protector.HEAD) {
                requireSent(out.send(ContentType.APPLICATION, memory));
            }
        } finally {
            pool.giveBack(memory);
        }
    }

    /**
     * The same for records that follow each other, none of them empty, with as few writes as that takes: for the kernel four
     * records at once are less work than four times one.
     *
     * @throws IOException if this end has closed, also because its key is used up, or the channel breaks
     */
    public void send(List<OutgoingRecord> records) throws IOException {
        ByteBuffer[] memories = records.stream().map(OutgoingRecord::take).toArray(ByteBuffer[]::new);
        try {
            requireSent(out.send(ContentType.APPLICATION, memories));
        } finally {
            for (ByteBuffer memory : memories) {
                pool.giveBack(memory);
            }
        }
    }

    private static void requireSent(boolean sent) throws IOException {
        if (!sent) {
            throw new IOException("this end has closed the session");
        }
    }

    /**
     * The content of the next application record, valid until the next call. Pings are answered on the way.
     *
     * @return null after the peer's authenticated close; the caller then sends what it has to send, and closes
     * @throws PeerAlertException if the peer gave up
     * @throws TruncatedException if the stream ended without a close, or the peer fell silent
     * @throws ProtocolException if the peer broke the protocol; the caller answers with {@link #fail(ProtocolException)}
     */
    public @Nullable ByteBuffer receive() throws IOException, ProtocolException {
        readLock.lock();
        try {
            reader = Thread.currentThread();
            ByteBuffer content = null;
            while (content == null && !peerClosed) {
                stream.await();
                content = take();
            }
            if (content == null) {
                endReading();
            }
            return content;
        } catch (IOException e) {
            endReading();
            abort();
            throw e;
        } catch (ProtocolException e) {
            endReading();
            throw e;
        } finally {
            readLock.unlock();
        }
    }

    /** Sends the exception's alert, under this connection's incident, and closes the socket. */
    public Alert fail(ProtocolException failure) {
        Alert alert = new Alert(failure.code(), incident);
        fail(alert);
        return alert;
    }

    /** Sends one alert, unless one or a close was sent already, and closes the socket within a second. Never throws. */
    public void fail(Alert alert) {
        if (failed || !stream.isOpen()) {
            return;
        }
        failed = true;
        stream.because(new IOException("this end gave up: " + alert.code()));
        Deadline.after(LAST_WORD, this::abort);
        try {
            renewal.stop();
            out.end(ContentType.ALERT, alert.encode());
            stream.endOutput();
            drainUnlessSomebodyReads();
        } catch (IOException | InterruptedException e) {
            // The peer is gone, or the deadline was faster: there is nobody left to tell.
            abort();
        }
    }

    /**
     * Sends the authenticated close, waits up to two seconds for the peer's, and closes the socket. What the peer sends
     * meanwhile goes to the thread that is receiving, if that is another one, and is dropped otherwise.
     */
    @Override
    public void close() {
        if (!stream.isOpen()) {
            abort();
            return;
        }
        try (Deadline _ = Deadline.after(CLOSE_WAIT, this::giveUpWaiting)) {
            renewal.stop();
            out.end(ContentType.CLOSE, Bytes.EMPTY);
            awaitPeersClose();
        } catch (IOException | ProtocolException | InterruptedException e) {
            // Whatever the peer does now, this end is done: closing the socket is all that is left.
        } finally {
            abort();
        }
    }

    /** Closes the socket at once, from any thread. */
    public void abort() {
        stream.closeBecause(new IOException("this end closed the connection"));
        times.close();
        renewal.close();
        out.dispose();
        if (!somebodyElseReads() && readLock.tryLock()) {
            try {
                endReading();
                stream.disposeReading();
            } finally {
                readLock.unlock();
            }
        }
    }

    /** Takes the next record; null if it is for the session itself. The read lock is held. */
    private @Nullable ByteBuffer take() throws IOException, ProtocolException {
        requireOpen();
        ContentType type = read();
        switch (type) {
            case APPLICATION -> {
                return stream.content();
            }
            case PING -> {
                peersPings.spend(System.nanoTime(), "pings");
                answer(pingBytes());
            }
            case PONG -> heartbeat.answered(pingBytes());
            case CLOSE -> {
                peerClosed = true;
                renewal.stop();
            }
            case ALERT -> throw new PeerAlertException(Alert.decode(stream.content()));
            case HANDSHAKE -> renewal.receive(stream.content(), stream.recordsReceived() - 1);
        }
        return null;
    }

    /** The next record; once this end has given up, that is the reason, whatever the peer does with it. */
    private ContentType read() throws IOException, ProtocolException {
        try {
            ContentType type = stream.read();
            if (!failed) {
                return type;
            }
            stream.drain();
        } catch (IOException | ProtocolException e) {
            if (!failed) {
                throw e;
            }
        }
        throw stream.closedBecause();
    }

    private void requireOpen() throws IOException {
        if (!stream.isOpen()) {
            throw stream.closedBecause();
        }
    }

    private Bytes pingBytes() throws ProtocolException {
        Bytes bytes = Bytes.copyOf(stream.content());
        if (bytes.size() != Heartbeat.SIZE) {
            throw ProtocolException.malformed("a ping or pong of " + bytes.size() + " bytes");
        }
        return bytes;
    }

    private void answer(Bytes ping) {
        out.post(ContentType.PONG, ping);
        Thread.startVirtualThread(this::flush);
    }

    private void ping(Bytes content) {
        out.post(ContentType.PING, content);
        flush();
    }

    private void flush() {
        try {
            out.flush();
        } catch (IOException e) {
            abort();
        }
    }

    /** This end cannot go on, through no fault of the peer. */
    private void giveUp() {
        fail(new Alert(AlertCode.INTERNAL, incident));
    }

    private void awaitPeersClose() throws IOException, ProtocolException, InterruptedException {
        if (somebodyElseReads()) {
            awaitEndOfReading();
            return;
        }
        readLock.lockInterruptibly();
        try {
            while (!peerClosed) {
                take(); // Nobody wants it any more.
            }
        } finally {
            readLock.unlock();
        }
    }

    private void awaitEndOfReading() throws InterruptedException {
        synchronized (ending) {
            while (!readingEnded) {
                ending.wait();
            }
        }
    }

    private void endReading() {
        synchronized (ending) {
            readingEnded = true;
            ending.notifyAll();
        }
    }

    /** Closing a socket with unread bytes in it would reset the connection and might destroy the alert on its way. */
    private void drainUnlessSomebodyReads() throws IOException {
        if (somebodyElseReads() || !readLock.tryLock()) {
            return;
        }
        try {
            stream.drain();
        } finally {
            readLock.unlock();
            abort();
        }
    }

    /** Whether a content that another thread received may still be in use. */
    private boolean somebodyElseReads() {
        Thread thread = reader;
        return thread != null && thread != Thread.currentThread() && thread.isAlive();
    }

    /** When session time and certificates are over, whichever comes first. */
    private static Instant latestEnd(Instant startedAt, Session session) {
        Instant end = startedAt.plus(session.terms().session());
        for (Instant notAfter :
                new Instant[] {session.ownNotAfter(), session.peer().notAfter()}) {
            end = notAfter.isBefore(end) ? notAfter : end;
        }
        return end;
    }

    /** Nothing is due earlier. */
    private Duration firstLook() {
        RekeyPolicy rekey = terms.rekey();
        Duration untilEnd = Duration.ofNanos(end - System.nanoTime());
        return Stream.of(terms.idle().dividedBy(3), rekey.keyUpdateAfter(), rekey.ratchetAfter(), untilEnd)
                .min(Comparator.naturalOrder())
                .orElseThrow();
    }

    private void giveUpWaiting() {
        stream.closeBecause(new IOException("the peer did not answer this end's close"));
        endReading();
    }

    /** Does what is due, and says when something is due again. */
    private long tick(long now) {
        return Math.min(untilEnd(now), Math.min(heartbeat.tick(now), renewal.tick(now)));
    }

    private long untilEnd(long now) {
        if (now - end < 0) {
            return end - now;
        }
        if (!isOver) {
            isOver = true;
            Thread.startVirtualThread(this::endInTime);
        }
        return Timetable.NEVER;
    }

    private void endInTime() {
        switch (side) {
            case SERVER -> fail(new Alert(AlertCode.GOING_AWAY, incident));
            case DEVICE -> close();
        }
    }

    private enum Side {
        DEVICE,
        SERVER
    }
}
