package dev.waxwing.channel;

import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.TruncatedException;
import dev.waxwing.wire.Writer;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Notices silence: pings where either end was silent, ends the session where the peer was, or where it does not read what this
 * end writes (protocol section 12). Ticks on the timer's thread, and pings from a virtual thread of its own.
 */
final class Heartbeat {

    /** Bytes of a ping. */
    static final int SIZE = 8;

    private final RecordStream stream;
    private final long idle;
    private final boolean pings;
    private final Consumer<Bytes> ping;

    /** What was pinged and is not answered yet; the timer's thread sets it, the reading thread forgets it. */
    private volatile @Nullable Bytes unanswered;

    private int count;

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

    /** A pong came. */
    void answered(Bytes content) throws ProtocolException {
        Bytes expected = unanswered;
        unanswered = null;
        if (!content.equals(expected)) {
            throw ProtocolException.malformed("a pong that answers no ping");
        }
    }

    /** @see Timetable.Entry#tick */
    long tick(long now) {
        if (!stream.isOpen()) {
            return Timetable.NEVER;
        }
        long untilDead = idle - (now - stream.lastRead());
        if (untilDead <= 0 || stream.writesLongerThan(idle)) {
            String what = untilDead <= 0 ? "the peer was silent for " : "the peer did not read for ";
            stream.closeBecause(
                    new TruncatedException(what + Duration.ofNanos(idle).toSeconds() + " s"));
            return Timetable.NEVER;
        }
        return pings ? Math.min(untilDead, untilPing(now)) : untilDead;
    }

    /** Who sends all the time pings too: else it would hear nothing of a peer that has nothing to say. */
    private long untilPing(long now) {
        long silence = Math.max(now - stream.lastWrite(), now - stream.lastRead());
        long left = idle / 3 - silence;
        if (left > 0) {
            return left;
        }
        if (unanswered == null) {
            pingNow();
        }
        return idle / 3;
    }

    private void pingNow() {
        Bytes content = Writer.growing(SIZE).u64(++count).toBytes();
        unanswered = content;
        Thread.startVirtualThread(() -> ping.accept(content));
    }
}
