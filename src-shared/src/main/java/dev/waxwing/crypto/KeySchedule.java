package dev.waxwing.crypto;

import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.SessionId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import javax.crypto.KDF;
import javax.crypto.Mac;
import javax.crypto.spec.HKDFParameterSpec;

/**
 * The key schedule of protocol section 6: one type per stage, one method per derivation. A stage is owned by one thread
 * and is wiped by {@link AutoCloseable#close()} once what follows from it exists.
 */
public final class KeySchedule {

    private static final String PREFIX = "wxp2 ";
    private static final String DERIVED = "derived";
    private static final String CLIENT_HANDSHAKE = "c hs";
    private static final String SERVER_HANDSHAKE = "s hs";
    private static final String CLIENT_APPLICATION = "c ap";
    private static final String SERVER_APPLICATION = "s ap";
    private static final String SESSION_ID = "session id";
    private static final String EXPORTER = "exporter";
    private static final String RATCHET = "ratchet";
    private static final String KEY = "key";
    private static final String IV = "iv";
    private static final String FINISHED = "finished";

    private KeySchedule() {}

    /** ES and HS. The shared secret of the key exchange is wiped. */
    public static HandshakeSecret handshake(Suite suite, Secret shared) {
        Labelled kdf = new Labelled(suite);
        try (shared;
                Secret early = kdf.extract(kdf.zeros(), kdf.zeros());
                Secret salt = kdf.expand(early, DERIVED, kdf.emptyHash(), suite.hashLength())) {
            return new HandshakeSecret(kdf, kdf.extract(salt.value(), shared.value()));
        }
    }

    /** HS. */
    public static final class HandshakeSecret implements AutoCloseable {
        private final Labelled kdf;
        private final Secret secret;

        private HandshakeSecret(Labelled kdf, Secret secret) {
            this.kdf = kdf;
            this.secret = secret;
        }

        /** c_hs, with the hash of ClientHello and ServerHello. */
        public TrafficSecret client(Bytes transcriptHash) {
            return kdf.traffic(secret, CLIENT_HANDSHAKE, transcriptHash);
        }

        /** s_hs, with the hash of ClientHello and ServerHello. */
        public TrafficSecret server(Bytes transcriptHash) {
            return kdf.traffic(secret, SERVER_HANDSHAKE, transcriptHash);
        }

        /** MS_0. */
        public MainSecret main() {
            try (Secret salt = kdf.expand(secret, DERIVED, kdf.emptyHash(), kdf.suite.hashLength())) {
                return new MainSecret(kdf, kdf.extract(salt.value(), kdf.zeros()));
            }
        }

        @Override
        public void close() {
            secret.close();
        }
    }

    /** MS_0. Every context is th_0, the hash of ClientHello to the device's Finished. */
    public static final class MainSecret implements AutoCloseable {
        private final Labelled kdf;
        private final Secret secret;

        private MainSecret(Labelled kdf, Secret secret) {
            this.kdf = kdf;
            this.secret = secret;
        }

        /** c_ap. */
        public TrafficSecret client(Bytes th0) {
            return kdf.traffic(secret, CLIENT_APPLICATION, th0);
        }

        /** s_ap. */
        public TrafficSecret server(Bytes th0) {
            return kdf.traffic(secret, SERVER_APPLICATION, th0);
        }

        public SessionId sessionId(Bytes th0) {
            try (Secret id = kdf.expand(secret, SESSION_ID, th0, SessionId.SIZE)) {
                return new SessionId(Bytes.of(id.value()));
            }
        }

        public Secret exporter(Bytes th0) {
            return kdf.expand(secret, EXPORTER, th0, kdf.suite.hashLength());
        }

        public Secret ratchet(Bytes th0) {
            return kdf.expand(secret, RATCHET, th0, kdf.suite.hashLength());
        }

        @Override
        public void close() {
            secret.close();
        }
    }

    /** One of c_hs, s_hs, c_ap and s_ap. */
    public static final class TrafficSecret implements AutoCloseable {
        private final Labelled kdf;
        private final Secret secret;

        private TrafficSecret(Labelled kdf, Secret secret) {
            this.kdf = kdf;
            this.secret = secret;
        }

        public TrafficKeys keys() {
            Secret key = kdf.expand(secret, KEY, Bytes.EMPTY, kdf.suite.keyLength());
            return new TrafficKeys(kdf.suite, key, kdf.expand(secret, IV, Bytes.EMPTY, TrafficKeys.IV_LENGTH));
        }

        /** verify_data of the Finished that the owner of this secret sends after messages with the given hash. */
        public Bytes verifyData(Bytes transcriptHash) {
            try (Secret finished = kdf.expand(secret, FINISHED, Bytes.EMPTY, kdf.suite.hashLength())) {
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

    /** XL and HKDF-Extract with one suite's hash. */
    private static final class Labelled {
        private final Suite suite;
        private final KDF hkdf;

        private Labelled(Suite suite) {
            this.suite = suite;
            try {
                this.hkdf = KDF.getInstance(suite.hkdf());
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(suite.hkdf() + " is missing from this Java runtime", e);
            }
        }

        private byte[] zeros() {
            return new byte[suite.hashLength()];
        }

        private Bytes emptyHash() {
            return Bytes.of(suite.newHash().digest());
        }

        private TrafficSecret traffic(Secret from, String label, Bytes context) {
            return new TrafficSecret(this, expand(from, label, context, suite.hashLength()));
        }

        private Secret extract(byte[] salt, byte[] ikm) {
            try {
                return Secret.adopt(hkdf.deriveData(
                        HKDFParameterSpec.ofExtract().addSalt(salt).addIKM(ikm).extractOnly()));
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("HKDF-Extract failed", e);
            }
        }

        /** XL: {@code u16 n | u8 len | "wxp2 " label | u8 len | context} is the info. */
        private Secret expand(Secret from, String label, Bytes context, int n) {
            byte[] ascii = (PREFIX + label).getBytes(StandardCharsets.US_ASCII);
            byte[] info = ByteBuffer.allocate(2 + 1 + ascii.length + 1 + context.size())
                    .putShort((short) n)
                    .put((byte) ascii.length)
                    .put(ascii)
                    .put((byte) context.size())
                    .put(context.asByteBuffer())
                    .array();
            try {
                return Secret.adopt(
                        hkdf.deriveData(HKDFParameterSpec.expandOnly(new RawKey(from, "Generic"), info, n)));
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("HKDF-Expand failed", e);
            }
        }

        private Bytes hmac(Secret key, Bytes message) {
            try {
                Mac mac = Mac.getInstance(suite.hmac());
                mac.init(new RawKey(key, suite.hmac()));
                return Bytes.of(mac.doFinal(message.toArray()));
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(suite.hmac() + " failed", e);
            }
        }
    }
}
