package dev.waxwing.trust;

import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.crypto.SignatureScheme;
import dev.waxwing.wire.Bytes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Signatures of authorities over certificates and OCSP responses. Whether one verifies never changes, so what has verified is
 * remembered and not computed again; everything that changes with time (validity, revocation) is looked at elsewhere, each time.
 *
 * <p>Any thread may call. The lock guards what is remembered, and is not held while a signature is computed.
 */
public final class AuthoritySignatures {

    /** Signatures that are remembered; each takes about 150 bytes. */
    private static final int REMEMBERED = 4_096;

    /** The JCA names of the algorithms of protocol section 7.1, by the hex of their object identifiers. */
    static final Map<String, String> ALGORITHMS = Map.of(
            "2a8648ce3d040302", "SHA256withECDSA",
            "2a8648ce3d040303", "SHA384withECDSA",
            "2a8648ce3d040304", "SHA512withECDSA",
            "2a864886f70d01010b", "SHA256withRSA",
            "2a864886f70d01010c", "SHA384withRSA",
            "2a864886f70d01010d", "SHA512withRSA");

    private static final Map<String, SignatureScheme> SCHEMES = Map.of(
            "SHA256withECDSA", SignatureScheme.ECDSA_SECP256R1_SHA256,
            "SHA384withECDSA", SignatureScheme.ECDSA_SECP384R1_SHA384);

    private final CryptoProvider crypto;
    private final KnownPaths paths = new KnownPaths();
    private final Map<Bytes, Boolean> verified = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Bytes, Boolean> eldest) {
            return size() > REMEMBERED;
        }
    };

    /** @param crypto computes what it has a scheme for; the JDK computes the rest */
    public AuthoritySignatures(CryptoProvider crypto) {
        this.crypto = crypto;
    }

    /** The paths that have held with these signatures. */
    KnownPaths paths() {
        return paths;
    }

    /** The object identifier, as hex, of an AlgorithmIdentifier whose parameters are absent or NULL. */
    static String algorithm(Der in) throws Der.MalformedException {
        Der algorithm = in.enter(Der.SEQUENCE);
        String oid = algorithm.oidHex();
        if (algorithm.hasMore()) {
            algorithm.enter(Der.NULL).end();
        }
        algorithm.end();
        return oid;
    }

    /**
     * Whether the signature over the content is by this key.
     *
     * @param algorithm its JCA name, such as {@code SHA256withECDSA}
     * @throws GeneralSecurityException if the key or the algorithm cannot be used
     */
    boolean verify(String algorithm, PublicKey key, Bytes content, Bytes signature) throws GeneralSecurityException {
        Bytes claim = fingerprint(algorithm, key, content, signature);
        if (isRemembered(claim)) {
            return true;
        }
        boolean agrees = compute(algorithm, key, content, signature);
        if (agrees) {
            remember(claim);
        }
        return agrees;
    }

    private boolean compute(String algorithm, PublicKey key, Bytes content, Bytes signature)
            throws GeneralSecurityException {
        SignatureScheme scheme = SCHEMES.get(algorithm);
        if (scheme != null && scheme.fits(key)) {
            return crypto.verify(scheme, key, content, signature);
        }
        Signature verifier = Signature.getInstance(algorithm);
        verifier.initVerify(key);
        content.addTo(verifier);
        return verifier.verify(signature.toArray());
    }

    private boolean isRemembered(Bytes claim) {
        synchronized (verified) {
            return verified.get(claim) != null;
        }
    }

    private void remember(Bytes claim) {
        synchronized (verified) {
            verified.put(claim, Boolean.TRUE);
        }
    }

    /** SHA-256 over all four, each behind its length. */
    private static Bytes fingerprint(String algorithm, PublicKey key, Bytes content, Bytes signature)
            throws GeneralSecurityException {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        ByteBuffer length = ByteBuffer.allocate(Integer.BYTES);
        Bytes name = Bytes.of(algorithm.getBytes(StandardCharsets.US_ASCII));
        for (Bytes part : List.of(name, Bytes.of(key.getEncoded()), content, signature)) {
            digest.update(length.clear().putInt(part.size()).flip());
            part.addTo(digest);
        }
        return Bytes.of(digest.digest());
    }
}
