package dev.waxwing.agent.spool;

import dev.waxwing.media.ItemId;
import dev.waxwing.wire.Bytes;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.concurrent.locks.ReentrantLock;

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

    /** How many ids have their random bits at once: a call of the generator costs more than its bytes do. */
    private static final int AT_ONCE = 64;

    private final SecureRandom random;
    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();

    // Guarded by the lock.
    private final byte[] unused = new byte[AT_ONCE * RANDOM_BYTES];
    private int used = unused.length;
    private long last;

    public FreshIds(SecureRandom random, Clock clock) {
        this.random = random;
        this.clock = clock;
    }

    /** Beyond all before: what is made faster than the clock ticks is dated a little ahead. */
    public ItemId next() {
        ByteBuffer id = ByteBuffer.allocate(Short.BYTES + Integer.BYTES + RANDOM_BYTES);
        lock.lock();
        try {
            last = Math.max(last + 1, clock.millis());
            id.putShort((short) (last >>> Integer.SIZE)).putInt((int) last);
            if (used == unused.length) {
                random.nextBytes(unused);
                used = 0;
            }
            id.put(unused, used, RANDOM_BYTES);
            used += RANDOM_BYTES;
        } finally {
            lock.unlock();
        }
        return new ItemId(Bytes.adopt(id.array()));
    }
}
