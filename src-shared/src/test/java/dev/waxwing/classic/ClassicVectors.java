package dev.waxwing.classic;

import dev.waxwing.vectors.VectorFile;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.interfaces.RSAPublicKey;

/** The recorded session, as typed values, and what its device says byte for byte. */
final class ClassicVectors {

    private final VectorFile file = VectorFile.read("classic.txt");

    Bytes get(String name) {
        return file.get(name);
    }

    String text(String name) {
        return new String(get(name).toArray(), StandardCharsets.UTF_8);
    }

    RSAPrivateCrtKey privateKey(String whose) {
        return ClassicKeys.privateKey(get(whose + ".private").toArray());
    }

    RSAPublicKey authority() {
        return ClassicKeys.publicKey(text("ca.public"));
    }

    ClassicCertificate certificate(String whose) {
        try {
            return ClassicCertificate.parse(get(whose + ".certificate").toArray());
        } catch (ProtocolException e) {
            throw new AssertionError(e);
        }
    }

    ClassicCredential credential(String whose) {
        return new ClassicCredential(certificate(whose), privateKey(whose));
    }

    ClassicKit kit() {
        return new ClassicKit(authority(), certificate("server").publicKey(), credential("device"));
    }

    SessionKeys keys() {
        return SessionKeys.derive(get("pre_master").toArray(), get("device_nonce"), get("server_nonce"));
    }

    /** A server that draws the recorded nonce. */
    ClassicServer server() {
        return server(ClassicLimits.DEFAULTS);
    }

    ClassicServer server(ClassicLimits limits) {
        return new ClassicServer(credential("server"), authority(), limits, new RecordedNonce(get("server_nonce")));
    }

    /** What the device says until the session is set up, item by item. */
    Bytes[] handshake() {
        return new Bytes[] {
            hello(get("device.certificate")),
            get("device_nonce"),
            get("ack.cert_received"),
            nonceReceived(),
            premaster(get("prem"))
        };
    }

    static Bytes hello(Bytes certificate) {
        return item("<HELO>", certificate);
    }

    static Bytes premaster(Bytes ciphertext) {
        return item("<PREM>", ciphertext);
    }

    static Bytes end() {
        return ascii("<ENDD>");
    }

    Bytes nonceReceived() {
        return acknowledgement("NONCE_RECEIVED");
    }

    /** For the server. */
    Bytes acknowledgement(String text) {
        return Bytes.of(
                Rsa.encrypt(certificate("server").publicKey(), ascii(text).toArray()));
    }

    static Bytes item(String header, Bytes content) {
        return Bytes.concat(ascii(header), u32(content.size()), content);
    }

    static Bytes u32(long value) {
        return Bytes.fromHex("%08x".formatted(value));
    }

    static Bytes ascii(String text) {
        return Bytes.of(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** Gives the recorded nonce wherever 16 bytes are drawn, and real randomness for everything else. */
    private static final class RecordedNonce extends SecureRandom {

        private final Bytes nonce;

        RecordedNonce(Bytes nonce) {
            this.nonce = nonce;
        }

        @Override
        public void nextBytes(byte[] bytes) {
            if (bytes.length == nonce.size()) {
                System.arraycopy(nonce.toArray(), 0, bytes, 0, bytes.length);
            } else {
                super.nextBytes(bytes);
            }
        }
    }
}
