package dev.waxwing.crypto;

import java.nio.ByteBuffer;
import javax.crypto.AEADBadTagException;

/**
 * One key of one direction: seals or opens payloads by sequence number (protocol section 3.3), in place. Owned by one thread,
 * or guarded by one lock.
 */
public sealed interface Aead extends AutoCloseable permits NonceAead, CbcHmac {

    Suite suite();

    /**
     * Seals an inner form in place.
     *
     * @param sequence never the same one twice
     * @param text the suite's {@linkplain Suite#prefix prefix} to fill, then the inner form, a multiple of the suite's
     *     {@linkplain Suite#block block}; its capacity has the {@linkplain Suite#tagLength tag} more than its limit.
     *     Afterwards it spans the payload.
     */
    void seal(long sequence, byte[] additionalData, ByteBuffer text);

    /**
     * Opens the buffer's remaining bytes, a payload of a length that the suite can have, in place; afterwards the buffer
     * spans the inner form.
     *
     * @throws AEADBadTagException if the tag does not agree; the buffer's bytes are then undefined
     */
    void open(long sequence, byte[] additionalData, ByteBuffer payload) throws AEADBadTagException;

    /** Wipes the keys. */
    @Override
    void close();
}
