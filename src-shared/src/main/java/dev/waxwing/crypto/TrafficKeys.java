package dev.waxwing.crypto;

/**
 * What one direction is protected with in one epoch (protocol section 6.2): a key and, as the suite wants it, an IV or a MAC
 * key. Whoever makes an {@link Aead} of them gives them away.
 */
public final class TrafficKeys implements AutoCloseable {

    static final int IV_LENGTH = 12;
    static final int MAC_KEY_LENGTH = 32;

    private final Suite suite;
    private final Secret key;
    private final Secret companion;

    /** @param companion the IV of an AEAD suite, the MAC key of {@link Suite#AES_128_CBC_HMAC_SHA256} */
    TrafficKeys(Suite suite, Secret key, Secret companion) {
        this.suite = suite;
        this.key = key;
        this.companion = companion;
    }

    public Suite suite() {
        return suite;
    }

    Secret key() {
        return key;
    }

    Secret companion() {
        return companion;
    }

    @Override
    public void close() {
        key.close();
        companion.close();
    }

    @Override
    public String toString() {
        return "TrafficKeys";
    }
}
