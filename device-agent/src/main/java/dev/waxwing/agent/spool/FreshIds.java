package dev.waxwing.agent.spool;

import dev.waxwing.media.ItemId;
import dev.waxwing.wire.Bytes;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Clock;

/**
 * Makes ids of what a device offers: the time in milliseconds and 80 random bits.
 *
 * <pre>
 * time u48 | random opaque[10]
 * </pre>
 *
 * Ids that were made one after the other are neighbours in a server's index of ids, so that a thousand of them change a few pages of
 * it. Of wholly random ids each changes a page of its own, which is most of what a text costs there. A clock that is wrong does no
 * harm: the random bits keep the ids of one device apart. Safe for threads.
 */
public final class FreshIds {

    private static final int RANDOM_BYTES = 10;

    private final SecureRandom random;
    private final Clock clock;

    public FreshIds(SecureRandom random, Clock clock) {
        this.random = random;
        this.clock = clock;
    }

    public ItemId next() {
        byte[] unique = new byte[RANDOM_BYTES];
        random.nextBytes(unique);
        long millis = clock.millis();
        ByteBuffer id = ByteBuffer.allocate(Short.BYTES + Integer.BYTES + RANDOM_BYTES);
        id.putShort((short) (millis >>> Integer.SIZE)).putInt((int) millis).put(unique);
        return new ItemId(Bytes.of(id.array()));
    }
}
