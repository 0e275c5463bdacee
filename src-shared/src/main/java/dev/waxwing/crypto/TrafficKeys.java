package dev.waxwing.crypto;

/** Key and IV of one direction in one epoch (protocol section 6.2). Whoever makes an {@link Aead} of them gives them away. */
public final class TrafficKeys implements AutoCloseable {

    static final int IV_LENGTH = 12;

    private final Suite suite;
    private final Secret key;
    private final Secret iv;

    TrafficKeys(Suite suite, Secret key, Secret iv) {
        this.suite = suite;
        this.key = key;
        this.iv = iv;
    }

    public Suite suite() {
        return suite;
    }

    Secret key() {
        return key;
    }

    Secret iv() {
        return iv;
    }

    @Override
    public void close() {
        key.close();
        iv.close();
    }

    @Override
    public String toString() {
        return "TrafficKeys";
    }
}
