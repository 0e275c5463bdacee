package dev.waxwing.agent.spool;

import dev.waxwing.media.ItemId;
import dev.waxwing.wire.Bytes;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Makes ids of what a device offers: the time in milliseconds and 80 random bits.
 *
 * <pre>
 * time u48 | random opaque[10]
 * </pre>
 *
 * Ids that ascend cost a server next to nothing: it keeps a range for all texts that it commits together. An id that does not
 * ascend takes a place of its own, and of wholly random ids each does. A clock that is wrong does no
 * harm: the random bits keep the ids of one device apart. Safe for threads.
 */
public final class FreshIds {

    private static final int RANDOM_BYTES = 10;

    private final SecureRandom random;
    private final Clock clock;
    private final AtomicLong last = new AtomicLong();

    public FreshIds(SecureRandom random, Clock clock) {
        this.random = random;
        this.clock = clock;
    }

    /** Beyond all before: what is made faster than the clock ticks is dated a little ahead. */
    public ItemId next() {
        byte[] unique = new byte[RANDOM_BYTES];
        random.nextBytes(unique);
        long millis = last.accumulateAndGet(clock.millis(), (before, now) -> Math.max(before + 1, now));
        ByteBuffer id = ByteBuffer.allocate(Short.BYTES + Integer.BYTES + RANDOM_BYTES);
        id.putShort((short) (millis >>> Integer.SIZE)).putInt((int) millis).put(unique);
        return new ItemId(Bytes.of(id.array()));
    }
}
