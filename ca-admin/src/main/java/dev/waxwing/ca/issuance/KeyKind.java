package dev.waxwing.ca.issuance;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The kinds of keys that are certified. An RSA key of a length between two of them counts as the shorter. */
public enum KeyKind {
    ECDSA_P256("EC", 256, new ECGenParameterSpec("secp256r1")),
    ECDSA_P384("EC", 384, new ECGenParameterSpec("secp384r1")),
    RSA_2048("RSA", 2048, new RSAKeyGenParameterSpec(2048, RSAKeyGenParameterSpec.F4)),
    RSA_3072("RSA", 3072, new RSAKeyGenParameterSpec(3072, RSAKeyGenParameterSpec.F4)),
    RSA_4096("RSA", 4096, new RSAKeyGenParameterSpec(4096, RSAKeyGenParameterSpec.F4));

    private final String algorithm;
    private final int bits;
    private final AlgorithmParameterSpec parameters;

    KeyKind(String algorithm, int bits, AlgorithmParameterSpec parameters) {
        this.algorithm = algorithm;
        this.bits = bits;
        this.parameters = parameters;
    }

    /** The kind with this name, e.g. {@code ecdsa-p256}, or nothing. */
    public static Optional<KeyKind> parse(String text) {
        return Arrays.stream(values()).filter(kind -> kind.text().equals(text)).findFirst();
    }

    /** All names that {@link #parse} knows. */
    public static List<String> texts() {
        return Arrays.stream(values()).map(KeyKind::text).toList();
    }

    /** The kind of this key, or nothing when it is of none of them. */
    public static Optional<KeyKind> of(PublicKey key) {
        return switch (key) {
            case ECPublicKey ec ->
                Arrays.stream(values())
                        .filter(kind -> kind.algorithm.equals("EC")
                                && kind.bits
                                        == ec.getParams().getCurve().getField().getFieldSize())
                        .findFirst();
            case RSAPublicKey rsa ->
                Arrays.stream(values())
                        .filter(kind -> kind.algorithm.equals("RSA")
                                && kind.bits <= rsa.getModulus().bitLength())
                        .reduce((_, longer) -> longer);
            default -> Optional.empty();
        };
    }

    /** The name in configuration and in the REST interface, e.g. {@code ecdsa-p256} or {@code rsa-3072}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** A new pair of keys of this kind. RSA takes up to some seconds. */
    KeyPair generate(SecureRandom random) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            generator.initialize(parameters, random);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + text(), e);
        }
    }
}
