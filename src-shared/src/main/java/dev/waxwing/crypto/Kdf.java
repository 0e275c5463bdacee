package dev.waxwing.crypto;

import dev.waxwing.wire.Bytes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import javax.crypto.KDF;
import javax.crypto.Mac;
import javax.crypto.spec.HKDFParameterSpec;

/** The functions of protocol section 6.1, with one suite's hash: HKDF-Extract, XL and HMAC. One for each suite, used by many threads. */
final class Kdf {

    private static final String PREFIX = "wxp2 ";
    private static final String DERIVED = "derived";

    private static final Map<Suite, Kdf> ALL = new EnumMap<>(Suite.class);

    static {
        for (Suite suite : Suite.values()) {
            ALL.put(suite, new Kdf(suite));
        }
    }

    private final Suite suite;
    private final Bytes emptyHash;
    private final byte[] handshakeSalt;

    private Kdf(Suite suite) {
        this.suite = suite;
        this.emptyHash = Bytes.of(suite.newHash().digest());
        try (Secret early = extract(zeros(), zeros());
                Secret salt = derived(early)) {
            this.handshakeSalt = salt.value().clone();
        }
    }

    static Kdf of(Suite suite) {
        return Objects.requireNonNull(ALL.get(suite));
    }

    Suite suite() {
        return suite;
    }

    /** L zero bytes. */
    byte[] zeros() {
        return new byte[suite.hashLength()];
    }

    /** The salt of HS: it follows from ES, which follows from zeros, so it is no secret and the same in every handshake. */
    byte[] handshakeSalt() {
        return handshakeSalt;
    }

    /** XL under the label {@code derived}, over the hash of nothing: the salt of the next stage. */
    Secret derived(Secret from) {
        return expand(from, DERIVED, emptyHash, suite.hashLength());
    }

    Secret extract(byte[] salt, byte[] ikm) {
        try {
            return Secret.adopt(hkdf().deriveData(HKDFParameterSpec.ofExtract()
                    .addSalt(salt)
                    .addIKM(ikm)
                    .extractOnly()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HKDF-Extract failed", e);
        }
    }

    /** XL: {@code u16 n | u8 len | "wxp2 " label | u8 len | context} is the info. */
    Secret expand(Secret from, String label, Bytes context, int n) {
        byte[] ascii = (PREFIX + label).getBytes(StandardCharsets.US_ASCII);
        byte[] info = ByteBuffer.allocate(2 + 1 + ascii.length + 1 + context.size())
                .putShort((short) n)
                .put((byte) ascii.length)
                .put(ascii)
                .put((byte) context.size())
                .put(context.asByteBuffer())
                .array();
        try {
            return Secret.adopt(hkdf().deriveData(HKDFParameterSpec.expandOnly(new RawKey(from, "Generic"), info, n)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HKDF-Expand failed", e);
        }
    }

    /** A fresh one, because it may not be shared. */
    private KDF hkdf() throws GeneralSecurityException {
        return KDF.getInstance(suite.hkdf());
    }

    Bytes hmac(Secret key, Bytes message) {
        try {
            Mac mac = Mac.getInstance(suite.hmac());
            mac.init(new RawKey(key, suite.hmac()));
            return Bytes.of(mac.doFinal(message.toArray()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(suite.hmac() + " failed", e);
        }
    }
}
