package dev.waxwing.crypto;

import dev.waxwing.wire.Bytes;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.PSSParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.security.auth.DestroyFailedException;

/** Where one {@link CryptoProvider} finds its engines, and under which names. */
record Engines(Provider ciphers, Provider agreement, Provider ecdsa, Provider rsa, String chacha20, String rsaPss) {

    private static final byte[] X25519_PKCS8_HEAD =
            Bytes.fromHex("302e020100300506032b656e04220420").toArray();
    private static final byte[] X25519_X509_HEAD =
            Bytes.fromHex("302a300506032b656e032100").toArray();
    private static final PSSParameterSpec PSS =
            new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1);
    private static final String X25519 = "XDH";
    private static final int X25519_LENGTH = X25519Keys.SIZE;
    private static final int GCM_TAG_BITS = 8 * Suite.AES_256_GCM_SHA384.tagLength();

    Aead aead(TrafficKeys keys, SecureRandom random) {
        return switch (keys.suite()) {
            case AES_256_GCM_SHA384 ->
                new NonceAead(
                        cipher("AES/GCM/NoPadding"), "AES", keys, nonce -> new GCMParameterSpec(GCM_TAG_BITS, nonce));
            case CHACHA20_POLY1305_SHA256 -> new NonceAead(cipher(chacha20), "ChaCha20", keys, IvParameterSpec::new);
            case AES_128_CBC_HMAC_SHA256 -> new CbcHmac(cipher("AES/CBC/NoPadding"), mac(keys), keys, random);
        };
    }

    /**
     * A key pair from the provider's own generator. It stays the provider's object: who reads a private key back in multiplies the
     * base point once more.
     */
    X25519Keys x25519Keys() {
        try {
            KeyPair keys = KeyPairGenerator.getInstance(X25519, agreement).generateKeyPair();
            Bytes publicKey = Bytes.of(behind(X25519_X509_HEAD, keys.getPublic().getEncoded()));
            return new OwnX25519Keys(keys.getPrivate(), publicKey);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("X25519 key generation failed", e);
        }
    }

    Secret x25519(Secret scalar, Bytes u) throws InvalidKeyException {
        if (scalar.value().length != X25519_LENGTH) {
            throw new InvalidKeyException("X25519 takes 32 bytes and 32 bytes");
        }
        try (Secret encoded = Secret.adopt(concat(X25519_PKCS8_HEAD, scalar.value()))) {
            KeyFactory factory = KeyFactory.getInstance(X25519, agreement);
            return x25519(factory.generatePrivate(new PKCS8EncodedKeySpec(encoded.value())), u);
        } catch (InvalidKeyException e) {
            throw e;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("X25519 failed", e);
        }
    }

    private Secret x25519(PrivateKey own, Bytes u) throws InvalidKeyException {
        if (u.size() != X25519_LENGTH) {
            throw new InvalidKeyException("X25519 takes 32 bytes and 32 bytes");
        }
        try {
            KeyFactory factory = KeyFactory.getInstance(X25519, agreement);
            KeyAgreement x25519 = KeyAgreement.getInstance(X25519, agreement);
            x25519.init(own);
            x25519.doPhase(factory.generatePublic(new X509EncodedKeySpec(concat(X25519_X509_HEAD, u.toArray()))), true);
            return notZero(Secret.adopt(x25519.generateSecret()));
        } catch (InvalidKeyException e) {
            throw e;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("X25519 failed", e);
        }
    }

    Bytes sign(SignatureScheme scheme, PrivateKey key, Bytes content) throws InvalidKeyException {
        try {
            Signature signature = signature(scheme);
            signature.initSign(key);
            content.addTo(signature);
            return Bytes.of(signature.sign());
        } catch (InvalidKeyException e) {
            throw e;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(scheme + " failed", e);
        }
    }

    boolean verify(SignatureScheme scheme, PublicKey key, Bytes content, Bytes signature) {
        try {
            Signature verifier = signature(scheme);
            verifier.initVerify(key);
            content.addTo(verifier);
            return scheme.fits(key) && isInForm(scheme, signature) && verifier.verify(signature.toArray());
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static boolean isInForm(SignatureScheme scheme, Bytes signature) {
        return scheme == SignatureScheme.RSA_PSS_RSAE_SHA256 || EcdsaValue.isDer(signature);
    }

    private Signature signature(SignatureScheme scheme) throws GeneralSecurityException {
        return switch (scheme) {
            case ECDSA_SECP256R1_SHA256 -> Signature.getInstance("SHA256withECDSA", ecdsa);
            case ECDSA_SECP384R1_SHA384 -> Signature.getInstance("SHA384withECDSA", ecdsa);
            case RSA_PSS_RSAE_SHA256 -> {
                Signature pss = Signature.getInstance(rsaPss, rsa);
                pss.setParameter(PSS);
                yield pss;
            }
        };
    }

    private Cipher cipher(String transformation) {
        try {
            return Cipher.getInstance(transformation, ciphers);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(transformation + " is missing from " + ciphers.getName(), e);
        }
    }

    /** From the JDK, like all hashes. */
    private static Mac mac(TrafficKeys keys) {
        String algorithm = keys.suite().hmac();
        try {
            Mac mac = Mac.getInstance(algorithm);
            mac.init(new RawKey(keys.companion(), algorithm));
            return mac;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(algorithm + " is missing from this Java runtime", e);
        }
    }

    private static Secret notZero(Secret result) throws InvalidKeyException {
        int bits = 0;
        for (byte b : result.value()) {
            bits |= b;
        }
        if (bits == 0) {
            throw new InvalidKeyException("X25519 result is all zero");
        }
        return result;
    }

    /** The 32 bytes behind the head, with nothing else around them. */
    private static byte[] behind(byte[] head, byte[] encoded) {
        if (encoded.length != head.length + X25519_LENGTH
                || !Arrays.equals(head, Arrays.copyOf(encoded, head.length))) {
            throw new IllegalStateException("not the encoding of an X25519 key");
        }
        return Arrays.copyOfRange(encoded, head.length, encoded.length);
    }

    private static byte[] concat(byte[] head, byte[] tail) {
        byte[] whole = new byte[head.length + tail.length];
        System.arraycopy(head, 0, whole, 0, head.length);
        System.arraycopy(tail, 0, whole, head.length, tail.length);
        return whole;
    }

    private final class OwnX25519Keys implements X25519Keys {

        private final PrivateKey privateKey;
        private final Bytes publicKey;

        private OwnX25519Keys(PrivateKey privateKey, Bytes publicKey) {
            this.privateKey = privateKey;
            this.publicKey = publicKey;
        }

        @Override
        public Bytes publicKey() {
            return publicKey;
        }

        @Override
        public Secret agree(Bytes u) throws InvalidKeyException {
            return x25519(privateKey, u);
        }

        @Override
        public void close() {
            try {
                privateKey.destroy();
            } catch (DestroyFailedException e) {
                throw new IllegalStateException("the private key stays in memory", e);
            }
        }
    }
}
