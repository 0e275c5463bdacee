package dev.waxwing.channel;

import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.TruncatedException;
import dev.waxwing.wire.Writer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Notices silence: pings where this end was silent, ends the session where the peer was, or where it does not read what this
 * end writes (protocol section 12). Ticks on the timer's thread, and pings from a virtual thread of its own.
 */
final class Heartbeat implements AutoCloseable {

    /** Bytes of a ping. */
    static final int SIZE = 8;

    private static final long SHORTEST_WAIT = Duration.ofMillis(10).toNanos();

    private final RecordStream stream;
    private final long idle;
    private final boolean pings;
    private final Consumer<Bytes> ping;
    private final AtomicReference<@Nullable Bytes> unanswered = new AtomicReference<>();
    private long count;
    private volatile boolean stopped;
    private volatile @Nullable Deadline next;

    /**
     * @param idle how long a peer may be silent
     * @param pings whether this end pings after a third of that
     */
    Heartbeat(RecordStream stream, Duration idle, boolean pings, Consumer<Bytes> ping) {
        this.stream = stream;
        this.idle = idle.toNanos();
        this.pings = pings;
        this.ping = ping;
    }

    void start() {
        next = Deadline.after(Duration.ofNanos(pings ? idle / 3 : idle), this::tick);
    }

    /** A pong came. */
    void answered(Bytes content) throws ProtocolException {
        Bytes expected = unanswered.getAndSet(null);
        if (expected == null || !content.equals(expected)) {
            throw ProtocolException.malformed("a pong that answers no ping");
        }
    }

    @Override
    public void close() {
        stopped = true;
        Deadline pending = next;
        if (pending != null) {
            pending.close();
        }
    }

    private void tick() {
        if (stopped || !stream.isOpen()) {
            return;
        }
        long now = System.nanoTime();
        long untilDead = idle - (now - stream.lastRead());
        if (untilDead <= 0 || stream.writesLongerThan(idle)) {
            String what = untilDead <= 0 ? "the peer was silent for " : "the peer did not read for ";
            stream.closeBecause(
                    new TruncatedException(what + Duration.ofNanos(idle).toSeconds() + " s"));
            return;
        }
        long wait = untilDead;
        if (pings) {
            long untilPing = idle / 3 - (now - stream.lastWrite());
            if (untilPing <= 0 && unanswered.get() == null) {
                pingNow();
            }
            wait = Math.min(wait, untilPing > 0 ? untilPing : idle / 3);
        }
        next = Deadline.after(Duration.ofNanos(Math.max(wait, SHORTEST_WAIT)), this::tick);
    }

    private void pingNow() {
        Bytes content = Writer.growing(SIZE).u64(++count).toBytes();
        unanswered.set(content);
        Thread.startVirtualThread(() -> ping.accept(content));
    }
}
