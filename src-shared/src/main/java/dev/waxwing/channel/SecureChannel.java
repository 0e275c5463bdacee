package dev.waxwing.channel;

import dev.waxwing.crypto.Suite;
import dev.waxwing.handshake.SessionGrant;
import dev.waxwing.handshake.SessionTerms;
import dev.waxwing.trust.VerifiedPeer;
import dev.waxwing.wire.Alert;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.SessionId;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One session with an authenticated peer (protocol sections 3, 11 and 12). One thread receives; any thread may send, end
 * or abort. Made for virtual threads: every call blocks until it is done.
 */
public final class SecureChannel implements Closeable {

    SecureChannel() {}

    public SessionId sessionId() {
        throw new UnsupportedOperationException();
    }

    public Suite suite() {
        throw new UnsupportedOperationException();
    }

    public VerifiedPeer peer() {
        throw new UnsupportedOperationException();
    }

    /** What the server granted with SessionAccept. */
    public SessionGrant grant() {
        throw new UnsupportedOperationException();
    }

    /** What the server announced about the session. */
    public SessionTerms terms() {
        throw new UnsupportedOperationException();
    }

    /** By the own clock. */
    public Instant startedAt() {
        throw new UnsupportedOperationException();
    }

    /** How far the server's clock is ahead of the own one; zero at the server. */
    public Duration serverTimeOffset() {
        throw new UnsupportedOperationException();
    }

    /** The current epoch of the sending direction, 2 or more. */
    public int epoch() {
        throw new UnsupportedOperationException();
    }

    public ChannelCounters counters() {
        throw new UnsupportedOperationException();
    }

    /** A pooled buffer for one record of application messages. No lock is held while it is filled. */
    public OutgoingRecord newRecord() {
        throw new UnsupportedOperationException();
    }

    /**
     * Protects and writes the record, which is spent whatever happens. An empty record is discarded.
     *
     * @throws IOException if the channel is closed or breaks
     */
    public void send(OutgoingRecord record) throws IOException {
        throw new UnsupportedOperationException();
    }

    /**
     * The content of the next application record, valid until the next call. Pings are answered on the way.
     *
     * @return null after the peer's authenticated close; the caller then sends what it has to send, and closes
     * @throws dev.waxwing.wire.PeerAlertException if the peer gave up
     * @throws dev.waxwing.wire.TruncatedException if the stream ended without a close, or the peer fell silent
     * @throws ProtocolException if the peer broke the protocol; the caller answers with {@link #fail(ProtocolException)}
     */
    public @Nullable ByteBuffer receive() throws IOException, ProtocolException {
        throw new UnsupportedOperationException();
    }

    /** Sends the exception's alert, under this connection's incident, and closes the socket. */
    public Alert fail(ProtocolException failure) {
        throw new UnsupportedOperationException();
    }

    /** Sends one alert, unless one was sent already, and closes the socket within a second. Never throws. */
    public void fail(Alert alert) {
        throw new UnsupportedOperationException();
    }

    /**
     * Sends the authenticated close, waits up to two seconds for the peer's, and closes the socket. What the peer sends
     * meanwhile is dropped unless another thread is receiving.
     */
    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }

    /** Closes the socket at once, from any thread. */
    public void abort() {
        throw new UnsupportedOperationException();
    }
}
