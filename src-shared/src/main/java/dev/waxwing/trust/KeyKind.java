package dev.waxwing.trust;

import dev.waxwing.trust.UntrustedException.Reason;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;

/** The public keys that section 7.1 of the protocol allows. */
public enum KeyKind {
    P256,
    P384,
    /** 2,048 to 4,096 bits. */
    RSA;

    private static final ECParameterSpec SECP256R1 = curve("secp256r1");
    private static final ECParameterSpec SECP384R1 = curve("secp384r1");

    /** @throws UntrustedException {@link Reason#WEAK_KEY} for any other key */
    public static KeyKind of(PublicKey key) throws UntrustedException {
        if (key instanceof ECPublicKey ec) {
            if (same(ec.getParams(), SECP256R1)) {
                return P256;
            }
            if (same(ec.getParams(), SECP384R1)) {
                return P384;
            }
            throw new UntrustedException(Reason.WEAK_KEY, "an elliptic curve other than P-256 and P-384");
        }
        if (key instanceof RSAPublicKey rsa) {
            int bits = rsa.getModulus().bitLength();
            if (bits >= 2048 && bits <= 4096) {
                return RSA;
            }
            throw new UntrustedException(Reason.WEAK_KEY, "an RSA key of " + bits + " bits");
        }
        throw new UntrustedException(Reason.WEAK_KEY, "a key for " + key.getAlgorithm());
    }

    private static boolean same(ECParameterSpec a, ECParameterSpec b) {
        return a.getCurve().equals(b.getCurve())
                && a.getGenerator().equals(b.getGenerator())
                && a.getOrder().equals(b.getOrder())
                && a.getCofactor() == b.getCofactor();
    }

    private static ECParameterSpec curve(String name) {
        try {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
            parameters.init(new ECGenParameterSpec(name));
            return parameters.getParameterSpec(ECParameterSpec.class);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the platform has no " + name, e);
        }
    }
}
