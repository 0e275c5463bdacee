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
import org.bouncycastle.crypto.modes.CBCBlockCipher;
import org.bouncycastle.crypto.modes.ChaCha20Poly1305;
import org.bouncycastle.crypto.modes.GCMBlockCipher;
import org.bouncycastle.crypto.params.AEADParameters;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.crypto.params.MLKEMParameters;
import org.bouncycastle.crypto.params.MLKEMPrivateKeyParameters;
import org.bouncycastle.crypto.params.ParametersWithIV;
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

    /** Section 10: a KeyUpdate of the device, then a ratchet that it begins, in epochs 3 and 2. */
    Map<String, Bytes> deriveRekeying(VectorFile in) {
        Map<String, Bytes> out = new LinkedHashMap<>();
        out.put("c_ap_updated", xl(in.get("c_ap"), "upd", Bytes.EMPTY, length));
        keys(out, "c_ap_updated");
        var shares = new VectorFile();
        shares.put("device.ml_kem.d", in.get("ratchet.ml_kem.d"));
        shares.put("device.ml_kem.z", in.get("ratchet.ml_kem.z"));
        shares.put("device.x25519", in.get("ratchet.device.x25519"));
        shares.put("server.ml_kem.m", in.get("ratchet.ml_kem.m"));
        shares.put("server.x25519", in.get("ratchet.server.x25519"));
        Map<String, Bytes> exchanged = new LinkedHashMap<>();
        keyExchange(shares, exchanged);
        out.put("ratchet.device.key_share", exchanged.get("device.key_share"));
        out.put("ratchet.server.key_share", exchanged.get("server.key_share"));
        out.put("shared_1", exchanged.get("shared"));
        Bytes request = in.get("message.RatchetRequest");
        Bytes response = in.get("message.RatchetResponse");
        Bytes status = in.get("server.status");
        Bytes epochs = Bytes.fromHex("000003000002");
        Bytes ofResponse = Bytes.concat(
                Bytes.fromHex("0460"),
                out.get("ratchet.server.key_share"),
                Bytes.of((byte) 0, (byte) (status.size() >> 8), (byte) status.size()),
                status);
        out.put(
                "ratchet.response.signed",
                Bytes.concat(
                        context("wxp2 server ratchet response"),
                        in.get("session_id"),
                        epochs,
                        hash(Bytes.concat(in.get("th_0"), request, ofResponse))));
        Bytes transcript = Bytes.concat(in.get("th_0"), request, response);
        out.put(
                "ratchet.finish.signed",
                Bytes.concat(context("wxp2 device ratchet finish"), in.get("session_id"), epochs, hash(transcript)));
        Bytes th = hash(Bytes.concat(transcript, in.get("message.RatchetFinish")));
        out.put("th_1", th);
        Bytes ms = extract(in.get("ratchet"), out.get("shared_1"));
        out.put("ms_1", ms);
        out.put("c_ap_1", xl(ms, "c ap", th, length));
        out.put("s_ap_1", xl(ms, "s ap", th, length));
        keys(out, "c_ap_1");
        keys(out, "s_ap_1");
        out.put("ratchet_1", xl(ms, "ratchet", th, length));
        return out;
    }

    /** A protected record of an AEAD suite. */
    Bytes record(Map<String, Bytes> derived, String secret, int epoch, long sequence, Bytes inner) {
        return record(derived, secret, epoch, sequence, inner, Bytes.EMPTY);
    }

    /** The IV of a protected record of suite 0x0010, which is the sender's choice; nothing for other suites. */
    Bytes iv(Bytes record) {
        return isComposed() ? record.slice(8, 24) : Bytes.EMPTY;
    }

    /** A protected record; the IV is for suite 0x0010. */
    Bytes record(Map<String, Bytes> derived, String secret, int epoch, long sequence, Bytes unfilled, Bytes iv) {
        Bytes inner = isComposed() ? Bytes.concat(unfilled, Bytes.of(new byte[-unfilled.size() & 15])) : unfilled;
        int size = inner.size() + (isComposed() ? 48 : 16);
        byte[] header = {(byte) 0xD5, 2, 0, 0, (byte) epoch, (byte) (size >> 16), (byte) (size >> 8), (byte) size};
        Bytes sessionId = epoch == 1 ? Bytes.of(new byte[16]) : derived.get("session_id");
        byte[] additional = ByteBuffer.allocate(35)
                .put(header)
                .put((byte) (secret.startsWith("c_") ? 'C' : 'S'))
                .putLong(sequence)
                .put(sessionId.asByteBuffer())
                .putShort((short) suite)
                .array();
        if (isComposed()) {
            return Bytes.concat(Bytes.of(header), encryptThenMac(derived, secret, Bytes.of(additional), iv, inner));
        }
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
        return Bytes.concat(context(context), hash(messages));
    }

    private static Bytes context(String context) {
        return Bytes.of((" ".repeat(64) + context + "\0").getBytes(StandardCharsets.US_ASCII));
    }

    private static Bytes concat(VectorFile in, String... messages) {
        return Bytes.concat(
                Arrays.stream(messages).map(name -> in.get("message." + name)).toArray(Bytes[]::new));
    }

    private boolean isComposed() {
        return suite == 0x10;
    }

    private void keys(Map<String, Bytes> out, String secret) {
        out.put(secret + ".key", xl(out.get(secret), "key", Bytes.EMPTY, isComposed() ? 16 : 32));
        if (isComposed()) {
            out.put(secret + ".mac", xl(out.get(secret), "mac", Bytes.EMPTY, 32));
        } else {
            out.put(secret + ".iv", xl(out.get(secret), "iv", Bytes.EMPTY, 12));
        }
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

    private Bytes encryptThenMac(Map<String, Bytes> derived, String secret, Bytes additional, Bytes iv, Bytes text) {
        var cbc = CBCBlockCipher.newInstance(AESEngine.newInstance());
        cbc.init(
                true,
                new ParametersWithIV(
                        new KeyParameter(derived.get(secret + ".key").toArray()), iv.toArray()));
        byte[] ciphertext = new byte[text.size()];
        for (int at = 0; at < ciphertext.length; at += 16) {
            cbc.processBlock(text.toArray(), at, ciphertext, at);
        }
        Bytes payload = Bytes.concat(iv, Bytes.of(ciphertext));
        return Bytes.concat(payload, hmac(derived.get(secret + ".mac"), Bytes.concat(additional, payload)));
    }
}
