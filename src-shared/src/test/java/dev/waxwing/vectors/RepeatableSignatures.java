package dev.waxwing.vectors;

import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.crypto.Encapsulation;
import dev.waxwing.crypto.ForwardingCrypto;
import dev.waxwing.crypto.SignatureScheme;
import dev.waxwing.crypto.X25519Keys;
import dev.waxwing.wire.Bytes;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import org.bouncycastle.asn1.sec.SECNamedCurves;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.HMacDSAKCalculator;
import org.bouncycastle.crypto.signers.StandardDSAEncoding;

/**
 * A provider whose ECDSA P-256 signatures are those of RFC 6979, and whose X25519 keys and ML-KEM ciphertexts come from the randomness
 * that is passed in, so that a handshake can be repeated to the byte. The ciphertexts are therefore the JDK's; the keys that open them
 * are the provider's own.
 */
public final class RepeatableSignatures extends ForwardingCrypto {

    public RepeatableSignatures(CryptoProvider provider) {
        super(provider);
    }

    @Override
    public Bytes sign(SignatureScheme scheme, PrivateKey key, Bytes content) throws InvalidKeyException {
        X9ECParameters curve = SECNamedCurves.getByName("secp256r1");
        ECDSASigner signer = new ECDSASigner(new HMacDSAKCalculator(new SHA256Digest()));
        signer.init(true, new ECPrivateKeyParameters(((ECPrivateKey) key).getS(), new ECDomainParameters(curve)));
        try {
            BigInteger[] signature = signer.generateSignature(
                    MessageDigest.getInstance("SHA-256").digest(content.toArray()));
            return Bytes.of(StandardDSAEncoding.INSTANCE.encode(curve.getN(), signature[0], signature[1]));
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public Encapsulation encapsulate(Bytes encapsulationKey, SecureRandom random) throws InvalidKeyException {
        return CryptoProvider.jdk().encapsulate(encapsulationKey, random);
    }

    @Override
    public X25519Keys x25519Keys(SecureRandom random) {
        return drawnFrom(random);
    }
}
