package dev.waxwing.server;

import dev.waxwing.wire.Bytes;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPrivateKeySpec;
import java.security.spec.XECPublicKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.KEM;
import javax.crypto.KeyAgreement;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Somebody who has recorded a WXP/2 session and believes that he knows the shared secret of its key exchange: the key schedule
 * of docs/protocol.md, sections 3.3 and 6, for AES_256_GCM_SHA384, with nothing but the JDK. If he is right, he reads all of
 * it until a ratchet.
 */
final class Wxp2Thief {

    private static final int HASH = 48;
    private static final int CIPHERTEXT = 1_088;

    /** One of the directions under one key; {@code sequence} counts what was opened or sealed. */
    static final class Traffic {
        private final Bytes secret;
        private final char direction;
        private final int epoch;
        private final Bytes sessionId;
        private long sequence;

        private Traffic(Bytes secret, char direction, int epoch, Bytes sessionId) {
            this.secret = secret;
            this.direction = direction;
            this.epoch = epoch;
            this.sessionId = sessionId;
        }

        /** What follows a KeyUpdate (section 10.1). */
        Traffic next() {
            return new Traffic(expand(secret, "upd", Bytes.EMPTY, HASH), direction, epoch + 1, sessionId);
        }

        /** The same key in the belief that the record is of another session. */
        Traffic inSession(Bytes another) {
            Traffic moved = new Traffic(secret, direction, epoch, another);
            moved.sequence = sequence;
            return moved;
        }

        /** In the belief that so many records came before. */
        Traffic at(long records) {
            Traffic moved = new Traffic(secret, direction, epoch, sessionId);
            moved.sequence = records;
            return moved;
        }

        /** The inner form of a record, without padding, if this key opens it. */
        Optional<Bytes> open(Bytes record) {
            try {
                byte[] inner = cipher(Cipher.DECRYPT_MODE, record.slice(0, 8))
                        .doFinal(record.slice(8, record.size()).toArray());
                int end = inner.length;
                while (inner[end - 1] == 0) {
                    end--;
                }
                sequence++;
                return Optional.of(Bytes.of(Arrays.copyOf(inner, end)));
            } catch (AEADBadTagException e) {
                return Optional.empty();
            } catch (GeneralSecurityException e) {
                throw new AssertionError(e);
            }
        }

        /** A record under this key, as the sender would make it. */
        Bytes seal(Bytes inner) {
            byte[] header = ByteBuffer.allocate(8)
                    .put((byte) 0xD5)
                    .put((byte) 2)
                    .put(u24(epoch))
                    .put(u24(inner.size() + 16))
                    .array();
            try {
                Bytes payload =
                        Bytes.of(cipher(Cipher.ENCRYPT_MODE, Bytes.of(header)).doFinal(inner.toArray()));
                sequence++;
                return Bytes.concat(Bytes.of(header), payload);
            } catch (GeneralSecurityException e) {
                throw new AssertionError(e);
            }
        }

        List<byte[]> secrets() {
            return List.of(
                    secret.toArray(), expand(secret, "key", Bytes.EMPTY, 32).toArray());
        }

        private Cipher cipher(int mode, Bytes header) throws GeneralSecurityException {
            byte[] nonce = expand(secret, "iv", Bytes.EMPTY, 12).toArray();
            byte[] counter = ByteBuffer.allocate(12).putLong(4, sequence).array();
            for (int i = 0; i < nonce.length; i++) {
                nonce[i] ^= counter[i];
            }
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            byte[] key = expand(secret, "key", Bytes.EMPTY, 32).toArray();
            cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(128, nonce));
            cipher.updateAAD(ByteBuffer.allocate(35)
                    .put(header.asByteBuffer())
                    .put((byte) direction)
                    .putLong(sequence)
                    .put(sessionId.asByteBuffer())
                    .putShort((short) 1)
                    .array());
            return cipher;
        }

        private static byte[] u24(int value) {
            return new byte[] {(byte) (value >> 16), (byte) (value >> 8), (byte) value};
        }
    }

    private final List<Bytes> fromDevice;
    private final List<Bytes> fromServer;
    private final Bytes handshakeSecret;
    private final Bytes hellos;

    /** @param shared what he takes for the 64 bytes */
    Wxp2Thief(List<Bytes> fromDevice, List<Bytes> fromServer, byte[] shared) {
        this.fromDevice = List.copyOf(fromDevice);
        this.fromServer = List.copyOf(fromServer);
        Bytes zero = Bytes.of(new byte[HASH]);
        Bytes early = hmac(zero, zero);
        handshakeSecret = hmac(derive(early, "derived", Bytes.EMPTY), Bytes.of(shared));
        hellos = Bytes.concat(plain(fromDevice.getFirst()), plain(fromServer.getFirst()));
    }

    /** The server's share, which anybody on the line sees. */
    static Bytes serverShare(List<Bytes> fromServer) {
        Bytes hello = plain(fromServer.getFirst());
        int at = 4 + 32 + 2 + 2 + 2 + 2;
        return hello.slice(at, at + CIPHERTEXT + 32);
    }

    /** The device's share. */
    static Bytes deviceShare(List<Bytes> fromDevice) {
        Bytes hello = plain(fromDevice.getFirst());
        int versions = 4 + 32 + 1;
        int suites = versions + 1 + hello.at(versions);
        int at = suites + 1 + hello.at(suites) + 2 + 2;
        return hello.slice(at, at + 1_184 + 32);
    }

    /** Whether he can open the first protected record of the server. */
    boolean opensTheHandshake() {
        return handshakeTraffic("s hs", 'S').open(fromServer.get(1)).isPresent();
    }

    /** The device's first application key. */
    Traffic device() {
        return application("c ap", 'C');
    }

    /** The server's first application key. */
    Traffic server() {
        return application("s ap", 'S');
    }

    Bytes sessionId() {
        return expand(main(), "session id", hash(transcript()), 16);
    }

    private Traffic application(String label, char direction) {
        return new Traffic(expand(main(), label, hash(transcript()), HASH), direction, 2, sessionId());
    }

    private Bytes main() {
        return hmac(derive(handshakeSecret, "derived", Bytes.EMPTY), Bytes.of(new byte[HASH]));
    }

    /** All handshake messages, which he reads with the handshake keys. */
    private Bytes transcript() {
        List<Bytes> messages = new ArrayList<>(List.of(hellos));
        messages.addAll(flight(fromServer, handshakeTraffic("s hs", 'S')));
        messages.addAll(flight(fromDevice, handshakeTraffic("c hs", 'C')));
        return Bytes.concat(messages.toArray(Bytes[]::new));
    }

    private static List<Bytes> flight(List<Bytes> records, Traffic keys) {
        return records.stream()
                .filter(record -> record.at(1) == 2 && record.at(4) == 1)
                .map(record -> keys.open(record).orElseThrow())
                .map(inner -> inner.slice(0, inner.size() - 1))
                .toList();
    }

    private Traffic handshakeTraffic(String label, char direction) {
        return new Traffic(derive(handshakeSecret, label, hellos), direction, 1, Bytes.of(new byte[16]));
    }

    /** The message in a plain record. */
    private static Bytes plain(Bytes record) {
        return record.slice(8, record.size() - 1);
    }

    /**
     * The shared secret as the device computes it, if its key pairs came from this randomness (sections 5.1 and 6.2): that of
     * ML-KEM first.
     */
    static byte[] sharedSecret(SecureRandom ofTheDevice, Bytes serverShare) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("ML-KEM");
            generator.initialize(NamedParameterSpec.ML_KEM_768, ofTheDevice);
            PrivateKey mlKem = generator.generateKeyPair().getPrivate();
            byte[] scalar = new byte[32];
            ofTheDevice.nextBytes(scalar);
            byte[] first = KEM.getInstance("ML-KEM")
                    .newDecapsulator(mlKem)
                    .decapsulate(serverShare.slice(0, CIPHERTEXT).toArray())
                    .getEncoded();
            byte[] second = x25519(scalar, serverShare.slice(CIPHERTEXT, serverShare.size()));
            return Bytes.concat(Bytes.of(first), Bytes.of(second)).toArray();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    static byte[] x25519(byte[] scalar, Bytes littleEndian) throws GeneralSecurityException {
        byte[] u = littleEndian.toArray();
        for (int i = 0; i < u.length / 2; i++) {
            byte swapped = u[i];
            u[i] = u[u.length - 1 - i];
            u[u.length - 1 - i] = swapped;
        }
        u[0] &= 0x7F;
        KeyFactory factory = KeyFactory.getInstance("X25519");
        PublicKey other = factory.generatePublic(new XECPublicKeySpec(NamedParameterSpec.X25519, new BigInteger(1, u)));
        KeyAgreement agreement = KeyAgreement.getInstance("X25519");
        agreement.init(factory.generatePrivate(new XECPrivateKeySpec(NamedParameterSpec.X25519, scalar)));
        agreement.doPhase(other, true);
        return agreement.generateSecret();
    }

    private static Bytes derive(Bytes secret, String label, Bytes messages) {
        return expand(secret, label, hash(messages), HASH);
    }

    /** XL of section 6.1. One block of HKDF-Expand is enough: no value is longer than the hash. */
    private static Bytes expand(Bytes secret, String label, Bytes context, int length) {
        byte[] ascii = ("wxp2 " + label).getBytes(StandardCharsets.US_ASCII);
        byte[] info = ByteBuffer.allocate(4 + ascii.length + context.size() + 1)
                .putShort((short) length)
                .put((byte) ascii.length)
                .put(ascii)
                .put((byte) context.size())
                .put(context.asByteBuffer())
                .put((byte) 1)
                .array();
        return hmac(secret, Bytes.of(info)).slice(0, length);
    }

    private static Bytes hmac(Bytes key, Bytes message) {
        try {
            Mac mac = Mac.getInstance("HmacSHA384");
            mac.init(new SecretKeySpec(key.toArray(), "RAW"));
            return Bytes.of(mac.doFinal(message.toArray()));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static Bytes hash(Bytes messages) {
        try {
            return Bytes.of(MessageDigest.getInstance("SHA-384").digest(messages.toArray()));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }
}
