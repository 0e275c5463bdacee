package dev.waxwing.crypto;

import java.math.BigInteger;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The signature schemes of protocol section 5.6, in our order of preference. */
public enum SignatureScheme {
    ECDSA_SECP256R1_SHA256(0x0403),
    ECDSA_SECP384R1_SHA384(0x0503),
    RSA_PSS_RSAE_SHA256(0x0804);

    private static final BigInteger P256_ORDER =
            new BigInteger("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16);
    private static final BigInteger P384_ORDER = new BigInteger(
            "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973", 16);
    private static final int MIN_RSA_BITS = 2048;
    private static final int MAX_RSA_BITS = 4096;

    private final int code;

    SignatureScheme(int code) {
        this.code = code;
    }

    /** The scheme with this code, if this implementation has it. */
    public static Optional<SignatureScheme> of(int code) {
        return Arrays.stream(values()).filter(scheme -> scheme.code == code).findFirst();
    }

    /** The one scheme that fits the key, if the peer listed it. */
    public static Optional<SignatureScheme> choose(PublicKey key, List<Integer> listed) {
        return Arrays.stream(values())
                .filter(scheme -> scheme.fits(key) && listed.contains(scheme.code))
                .findFirst();
    }

    public int code() {
        return code;
    }

    /** Whether a key of this kind, curve and size signs under this scheme. */
    public boolean fits(PublicKey key) {
        return switch (this) {
            case ECDSA_SECP256R1_SHA256 -> key instanceof ECPublicKey ec && hasOrder(ec, P256_ORDER);
            case ECDSA_SECP384R1_SHA384 -> key instanceof ECPublicKey ec && hasOrder(ec, P384_ORDER);
            case RSA_PSS_RSAE_SHA256 ->
                key instanceof RSAPublicKey rsa
                        && rsa.getModulus().bitLength() >= MIN_RSA_BITS
                        && rsa.getModulus().bitLength() <= MAX_RSA_BITS;
        };
    }

    private static boolean hasOrder(ECPublicKey key, BigInteger order) {
        return key.getParams().getOrder().equals(order);
    }
}
