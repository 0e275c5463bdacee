package dev.waxwing.crypto;

import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.SessionId;

/**
 * The key schedule of protocol section 6: one type per stage, one method per derivation. A stage is owned by one thread
 * and is wiped by {@link AutoCloseable#close()} once what follows from it exists.
 */
public final class KeySchedule {

    private static final String CLIENT_HANDSHAKE = "c hs";
    private static final String SERVER_HANDSHAKE = "s hs";
    private static final String CLIENT_APPLICATION = "c ap";
    private static final String SERVER_APPLICATION = "s ap";
    private static final String SESSION_ID = "session id";
    private static final String EXPORTER = "exporter";
    private static final String RATCHET = "ratchet";
    private static final String KEY = "key";
    private static final String IV = "iv";
    private static final String MAC_KEY = "mac";
    private static final String UPDATE = "upd";
    private static final String FINISHED = "finished";

    private KeySchedule() {}

    /** HS. The shared secret of the key exchange is wiped. */
    public static HandshakeSecret handshake(Suite suite, Secret shared) {
        Kdf kdf = Kdf.of(suite);
        try (shared) {
            return new HandshakeSecret(kdf, kdf.extract(kdf.handshakeSalt(), shared.value()));
        }
    }

    /** HS. */
    public static final class HandshakeSecret implements AutoCloseable {
        private final Kdf kdf;
        private final Secret secret;

        private HandshakeSecret(Kdf kdf, Secret secret) {
            this.kdf = kdf;
            this.secret = secret;
        }

        /** c_hs, with the hash of ClientHello and ServerHello. */
        public TrafficSecret client(Bytes transcriptHash) {
            return traffic(kdf, secret, CLIENT_HANDSHAKE, transcriptHash);
        }

        /** s_hs, with the hash of ClientHello and ServerHello. */
        public TrafficSecret server(Bytes transcriptHash) {
            return traffic(kdf, secret, SERVER_HANDSHAKE, transcriptHash);
        }

        /** MS_0. */
        public MainSecret main() {
            try (Secret salt = kdf.derived(secret)) {
                return new MainSecret(kdf, kdf.extract(salt.value(), kdf.zeros()));
            }
        }

        @Override
        public void close() {
            secret.close();
        }
    }

    /**
     * MS_n. Every context is th_n: for MS_0 the hash of ClientHello to the device's Finished, for those of later ratchets that of
     * section 10.2.
     */
    public static final class MainSecret implements AutoCloseable {
        private final Kdf kdf;
        private final Secret secret;

        private MainSecret(Kdf kdf, Secret secret) {
            this.kdf = kdf;
            this.secret = secret;
        }

        /** c_ap. */
        public TrafficSecret client(Bytes th) {
            return traffic(kdf, secret, CLIENT_APPLICATION, th);
        }

        /** s_ap. */
        public TrafficSecret server(Bytes th) {
            return traffic(kdf, secret, SERVER_APPLICATION, th);
        }

        public SessionId sessionId(Bytes th0) {
            try (Secret id = kdf.expand(secret, SESSION_ID, th0, SessionId.SIZE)) {
                return new SessionId(Bytes.of(id.value()));
            }
        }

        public Secret exporter(Bytes th0) {
            return kdf.expand(secret, EXPORTER, th0, kdf.suite().hashLength());
        }

        public RatchetSecret ratchet(Bytes th) {
            return new RatchetSecret(
                    kdf, kdf.expand(secret, RATCHET, th, kdf.suite().hashLength()));
        }

        @Override
        public void close() {
            secret.close();
        }
    }

    /** What the next ratchet starts from (protocol section 10.2). */
    public static final class RatchetSecret implements AutoCloseable {
        private final Kdf kdf;
        private final Secret secret;

        private RatchetSecret(Kdf kdf, Secret secret) {
            this.kdf = kdf;
            this.secret = secret;
        }

        /** MS_n of this ratchet. This secret and that of the key exchange are wiped. */
        public MainSecret next(Secret shared) {
            try (shared;
                    secret) {
                return new MainSecret(kdf, kdf.extract(secret.value(), shared.value()));
            }
        }

        /** For tests against vectors. */
        Secret secret() {
            return secret;
        }

        @Override
        public void close() {
            secret.close();
        }
    }

    /** One of c_hs, s_hs, c_ap and s_ap. */
    public static final class TrafficSecret implements AutoCloseable {
        private final Kdf kdf;
        private final Secret secret;

        private TrafficSecret(Kdf kdf, Secret secret) {
            this.kdf = kdf;
            this.secret = secret;
        }

        public TrafficKeys keys() {
            Suite suite = kdf.suite();
            Secret key = kdf.expand(secret, KEY, Bytes.EMPTY, suite.keyLength());
            Secret companion = switch (suite) {
                case AES_256_GCM_SHA384, CHACHA20_POLY1305_SHA256 ->
                    kdf.expand(secret, IV, Bytes.EMPTY, TrafficKeys.IV_LENGTH);
                case AES_128_CBC_HMAC_SHA256 -> kdf.expand(secret, MAC_KEY, Bytes.EMPTY, TrafficKeys.MAC_KEY_LENGTH);
            };
            return new TrafficKeys(suite, key, companion);
        }

        /** The secret that follows a KeyUpdate (protocol section 10.1). This one is wiped. */
        public TrafficSecret next() {
            try (secret) {
                return traffic(kdf, secret, UPDATE, Bytes.EMPTY);
            }
        }

        /** verify_data of the Finished that the owner of this secret sends after messages with the given hash. */
        public Bytes verifyData(Bytes transcriptHash) {
            try (Secret finished =
                    kdf.expand(secret, FINISHED, Bytes.EMPTY, kdf.suite().hashLength())) {
                return kdf.hmac(finished, transcriptHash);
            }
        }

        /** For tests against vectors. */
        Secret secret() {
            return secret;
        }

        @Override
        public void close() {
            secret.close();
        }
    }

    private static TrafficSecret traffic(Kdf kdf, Secret from, String label, Bytes context) {
        return new TrafficSecret(
                kdf, kdf.expand(from, label, context, kdf.suite().hashLength()));
    }
}
