package dev.waxwing.vectors;

import dev.waxwing.wire.Bytes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.SecretWithEncapsulation;
import org.bouncycastle.crypto.engines.AESEngine;
import org.bouncycastle.crypto.kems.MLKEMGenerator;
import org.bouncycastle.crypto.modes.AEADCipher;
import org.bouncycastle.crypto.modes.ChaCha20Poly1305;
import org.bouncycastle.crypto.modes.GCMBlockCipher;
import org.bouncycastle.crypto.params.AEADParameters;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.crypto.params.MLKEMParameters;
import org.bouncycastle.crypto.params.MLKEMPrivateKeyParameters;
import org.bouncycastle.math.ec.rfc7748.X25519;

/**
 * Sections 3, 6 and 7.2 of the specification a second time, by other means: HKDF out of HMAC, and Bouncy Castle's
 * primitives. It shares no code with what it checks.
 */
final class Reference {

    private final int suite;
    private final String hash;
    private final int length;

    Reference(int suite) {
        this.suite = suite;
        this.hash = suite == 1 ? "384" : "256";
        this.length = suite == 1 ? 48 : 32;
    }

    /** All values that follow from inputs and messages, in the order of the specification. */
    Map<String, Bytes> derive(VectorFile in) {
        Map<String, Bytes> out = new LinkedHashMap<>();
        keyExchange(in, out);
        Bytes none = Bytes.EMPTY;
        Bytes zero = Bytes.of(new byte[length]);
        Bytes hellos = concat(in, "ClientHello", "ServerHello");
        Bytes es = extract(zero, zero);
        out.put("es", es);
        Bytes hs = extract(ds(es, "derived", none), out.get("shared"));
        out.put("hs", hs);
        out.put("hash.hellos", hash(hellos));
        out.put("c_hs", ds(hs, "c hs", hellos));
        out.put("s_hs", ds(hs, "s hs", hellos));
        Bytes ms = extract(ds(hs, "derived", none), zero);
        out.put("ms_0", ms);
        keys(out, "c_hs");
        keys(out, "s_hs");
        Bytes all = isEnrolment(in) ? enrolmentFlights(in, out) : flights(in, out);
        Bytes th = hash(Bytes.concat(all, in.get("message.device.Finished")));
        out.put("th_0", th);
        out.put("c_ap", xl(ms, "c ap", th, length));
        out.put("s_ap", xl(ms, "s ap", th, length));
        keys(out, "c_ap");
        keys(out, "s_ap");
        out.put("session_id", xl(ms, "session id", th, 16));
        out.put("exporter", xl(ms, "exporter", th, length));
        out.put("ratchet", xl(ms, "ratchet", th, length));
        return out;
    }

    /** A protected record. */
    Bytes record(Map<String, Bytes> derived, String secret, int epoch, long sequence, Bytes inner) {
        int size = inner.size() + 16;
        byte[] header = {(byte) 0xD5, 2, 0, 0, (byte) epoch, (byte) (size >> 16), (byte) (size >> 8), (byte) size};
        Bytes sessionId = epoch == 1 ? Bytes.of(new byte[16]) : derived.get("session_id");
        byte[] additional = ByteBuffer.allocate(35)
                .put(header)
                .put((byte) (secret.startsWith("c_") ? 'C' : 'S'))
                .putLong(sequence)
                .put(sessionId.asByteBuffer())
                .putShort((short) suite)
                .array();
        byte[] nonce = derived.get(secret + ".iv").toArray();
        byte[] counter = ByteBuffer.allocate(12).putLong(4, sequence).array();
        for (int i = 0; i < nonce.length; i++) {
            nonce[i] ^= counter[i];
        }
        return Bytes.concat(
                Bytes.of(header), seal(derived.get(secret + ".key").toArray(), nonce, additional, inner.toArray()));
    }

    static Bytes plainRecord(Bytes inner) {
        byte[] header = {(byte) 0xD5, 1, 0, 0, 0, 0, (byte) (inner.size() >> 8), (byte) inner.size()};
        return Bytes.concat(Bytes.of(header), inner);
    }

    private void keyExchange(VectorFile in, Map<String, Bytes> out) {
        var decapsulation = new MLKEMPrivateKeyParameters(
                MLKEMParameters.ml_kem_768,
                Bytes.concat(in.get("device.ml_kem.d"), in.get("device.ml_kem.z"))
                        .toArray());
        SecretWithEncapsulation encapsulated = MLKEMGenerator.internalGenerateEncapsulated(
                decapsulation.getPublicKeyParameters(),
                in.get("server.ml_kem.m").toArray());
        byte[] devicePoint = new byte[32];
        byte[] serverPoint = new byte[32];
        byte[] x25519 = new byte[32];
        byte[] scalar = in.get("device.x25519").toArray();
        X25519.scalarMultBase(scalar, 0, devicePoint, 0);
        X25519.scalarMultBase(in.get("server.x25519").toArray(), 0, serverPoint, 0);
        X25519.calculateAgreement(scalar, 0, serverPoint, 0, x25519, 0);
        out.put("device.key_share", Bytes.concat(Bytes.of(decapsulation.getPublicKey()), Bytes.of(devicePoint)));
        out.put("server.key_share", Bytes.concat(Bytes.of(encapsulated.getEncapsulation()), Bytes.of(serverPoint)));
        out.put("shared.ml_kem", Bytes.of(encapsulated.getSecret()));
        out.put("shared.x25519", Bytes.of(x25519));
        out.put("shared", Bytes.concat(out.get("shared.ml_kem"), out.get("shared.x25519")));
    }

    private static boolean isEnrolment(VectorFile in) {
        return in.get("message.ClientHello").at(4 + 32) == 1;
    }

    /** What is signed and finished in normal mode; gives the messages before the device's Finished. */
    private Bytes flights(VectorFile in, Map<String, Bytes> out) {
        Bytes toCertificate = concat(
                in, "ClientHello", "ServerHello", "EncryptedExtensions", "CertificateRequest", "server.Certificate");
        out.put("server.signed", signed("wxp2 server certificate verify", toCertificate));
        Bytes toFinished = finishServer(toCertificate, in, out);
        Bytes toDeviceCertificate = Bytes.concat(toFinished, in.get("message.device.Certificate"));
        out.put("device.signed", signed("wxp2 device certificate verify", toDeviceCertificate));
        Bytes toDeviceVerify = Bytes.concat(toDeviceCertificate, in.get("message.device.CertificateVerify"));
        out.put("device.verify_data", verifyData(out.get("c_hs"), toDeviceVerify));
        return toDeviceVerify;
    }

    /** The same in enrolment. */
    private Bytes enrolmentFlights(VectorFile in, Map<String, Bytes> out) {
        Bytes toCertificate = concat(in, "ClientHello", "ServerHello", "EncryptedExtensions", "server.Certificate");
        out.put("server.signed", signed("wxp2 server enrolment verify", toCertificate));
        Bytes toFinished = finishServer(toCertificate, in, out);
        out.put("device.verify_data", verifyData(out.get("c_hs"), toFinished));
        return toFinished;
    }

    private Bytes finishServer(Bytes toCertificate, VectorFile in, Map<String, Bytes> out) {
        Bytes toVerify = Bytes.concat(toCertificate, in.get("message.server.CertificateVerify"));
        out.put("server.verify_data", verifyData(out.get("s_hs"), toVerify));
        return Bytes.concat(toVerify, in.get("message.server.Finished"));
    }

    private Bytes verifyData(Bytes secret, Bytes messages) {
        return hmac(xl(secret, "finished", Bytes.EMPTY, length), hash(messages));
    }

    private Bytes signed(String context, Bytes messages) {
        return Bytes.concat(
                Bytes.of((" ".repeat(64) + context + "\0").getBytes(StandardCharsets.US_ASCII)), hash(messages));
    }

    private static Bytes concat(VectorFile in, String... messages) {
        return Bytes.concat(
                Arrays.stream(messages).map(name -> in.get("message." + name)).toArray(Bytes[]::new));
    }

    private void keys(Map<String, Bytes> out, String secret) {
        out.put(secret + ".key", xl(out.get(secret), "key", Bytes.EMPTY, 32));
        out.put(secret + ".iv", xl(out.get(secret), "iv", Bytes.EMPTY, 12));
    }

    private Bytes ds(Bytes secret, String label, Bytes messages) {
        return xl(secret, label, hash(messages), length);
    }

    private Bytes xl(Bytes secret, String label, Bytes context, int n) {
        byte[] ascii = ("wxp2 " + label).getBytes(StandardCharsets.US_ASCII);
        byte[] info = ByteBuffer.allocate(4 + ascii.length + context.size())
                .putShort((short) n)
                .put((byte) ascii.length)
                .put(ascii)
                .put((byte) context.size())
                .put(context.asByteBuffer())
                .array();
        // One block of HKDF-Expand is enough: n is never longer than the hash.
        return hmac(secret, Bytes.concat(Bytes.of(info), Bytes.of((byte) 1))).slice(0, n);
    }

    private Bytes extract(Bytes salt, Bytes keyMaterial) {
        return hmac(salt, keyMaterial);
    }

    private Bytes hmac(Bytes key, Bytes message) {
        try {
            Mac mac = Mac.getInstance("HmacSHA" + hash);
            mac.init(new SecretKeySpec(key.toArray(), "RAW"));
            return Bytes.of(mac.doFinal(message.toArray()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private Bytes hash(Bytes messages) {
        try {
            return Bytes.of(MessageDigest.getInstance("SHA-" + hash).digest(messages.toArray()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private Bytes seal(byte[] key, byte[] nonce, byte[] additional, byte[] text) {
        AEADCipher cipher = suite == 1 ? GCMBlockCipher.newInstance(AESEngine.newInstance()) : new ChaCha20Poly1305();
        cipher.init(true, new AEADParameters(new KeyParameter(key), 128, nonce, additional));
        byte[] sealed = new byte[cipher.getOutputSize(text.length)];
        try {
            cipher.doFinal(sealed, cipher.processBytes(text, 0, text.length, sealed, 0));
        } catch (InvalidCipherTextException e) {
            throw new IllegalStateException(e);
        }
        return Bytes.of(sealed);
    }
}
