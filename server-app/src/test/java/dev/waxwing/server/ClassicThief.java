package dev.waxwing.server;

import dev.waxwing.wire.Bytes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.MGF1ParameterSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.crypto.BadPaddingException;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import javax.crypto.spec.SecretKeySpec;

/** Somebody who has the keys of a classic session, written from the description alone (docs/classic.md). */
final class ClassicThief {

    private static final int HEAD = 10;
    private static final int MAC = 32;
    private static final OAEPParameterSpec OAEP =
            new OAEPParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, PSource.PSpecified.DEFAULT);

    private final byte[] encryptionKey;
    private final byte[] macKey;
    private final byte[] iv;

    /** Of a session whose pre-master secret he has. */
    ClassicThief(byte[] preMaster, Bytes deviceNonce, Bytes serverNonce) {
        byte[] seed = Bytes.concat(deviceNonce, serverNonce).toArray();
        encryptionKey = derive(preMaster, "client_enc", seed);
        macKey = derive(preMaster, "client_mac", seed);
        iv = derive(preMaster, "iv", seed);
    }

    /** Of a recorded session, with the server's key. */
    static ClassicThief of(Wiretap recorded, PrivateKey serverKey) {
        return new ClassicThief(
                preMaster(recorded.fromDevice, serverKey), recorded.fromDevice.get(1), recorded.fromServer.get(3));
    }

    static byte[] preMaster(List<Bytes> fromDevice, PrivateKey serverKey) {
        Bytes prem = fromDevice.get(4);
        try {
            Cipher cipher = Cipher.getInstance("RSA/ECB/OAEPPadding");
            cipher.init(Cipher.DECRYPT_MODE, serverKey, OAEP);
            return cipher.doFinal(prem.slice(HEAD, prem.size()).toArray());
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** Everything by which a search in a log would find these keys. */
    List<byte[]> secrets() {
        return List.of(encryptionKey, macKey, iv);
    }

    /** What a record says, if these keys open it. */
    Optional<String> open(Bytes record) {
        Bytes ciphertext = record.slice(HEAD, record.size() - MAC);
        if (!Bytes.of(hmac(macKey, ciphertext.toArray())).equals(record.slice(record.size() - MAC, record.size()))) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    new String(cipher(Cipher.DECRYPT_MODE).doFinal(ciphertext.toArray()), StandardCharsets.UTF_8));
        } catch (BadPaddingException e) {
            return Optional.empty();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** A record as the device would make it. */
    Bytes record(String header, byte[] message) {
        try {
            byte[] ciphertext = cipher(Cipher.ENCRYPT_MODE).doFinal(message);
            Bytes body = Bytes.concat(Bytes.of(ciphertext), Bytes.of(hmac(macKey, ciphertext)));
            return block(header, body.toArray());
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    Bytes text(String text) {
        return record("<SECX>", text.getBytes(StandardCharsets.UTF_8));
    }

    /** A record whose MAC is right and whose plaintext has no padding. */
    Bytes unpadded(byte[] blocks) {
        try {
            Cipher cipher = Cipher.getInstance("AES/CBC/NoPadding");
            cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(encryptionKey, "AES"), new IvParameterSpec(iv));
            byte[] ciphertext = cipher.doFinal(blocks);
            return block(
                    "<SECX>",
                    Bytes.concat(Bytes.of(ciphertext), Bytes.of(hmac(macKey, ciphertext)))
                            .toArray());
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    static Bytes block(String header, byte[] content) {
        return Bytes.concat(
                Bytes.of(header.getBytes(StandardCharsets.US_ASCII)),
                Bytes.of(ByteBuffer.allocate(4).putInt(content.length).array()),
                Bytes.of(content));
    }

    /** What anybody can make who has the receiver's public key. */
    static Bytes acknowledgement(String text, PublicKey receiver) {
        return Bytes.of(encrypted(text.getBytes(StandardCharsets.US_ASCII), receiver));
    }

    static byte[] encrypted(byte[] message, PublicKey receiver) {
        try {
            Cipher cipher = Cipher.getInstance("RSA/ECB/OAEPPadding");
            cipher.init(Cipher.ENCRYPT_MODE, receiver, OAEP);
            return cipher.doFinal(message);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private Cipher cipher(int mode) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/CBC/PKCS5Padding");
        cipher.init(mode, new SecretKeySpec(encryptionKey, "AES"), new IvParameterSpec(iv));
        return cipher;
    }

    /** HKDF-SHA256 with a salt of zeros and one block, of which half is used. */
    private static byte[] derive(byte[] secret, String label, byte[] seed) {
        Bytes info =
                Bytes.concat(Bytes.of(label.getBytes(StandardCharsets.US_ASCII)), Bytes.of(seed), Bytes.of((byte) 1));
        return Arrays.copyOf(hmac(hmac(new byte[32], secret), info.toArray()), 16);
    }

    private static byte[] hmac(byte[] key, byte[] content) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(content);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }
}
