package dev.waxwing.vectors;

import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.crypto.Suite;
import dev.waxwing.recordlayer.ContentType;
import dev.waxwing.trust.Certificates;
import dev.waxwing.trust.Credential;
import dev.waxwing.trust.Role;
import dev.waxwing.trust.TestPki;
import dev.waxwing.wire.Alert;
import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.Incident;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import dev.waxwing.wire.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Names what is in the handshake vectors, and writes them: {@code HandshakeVectors FOLDER}. */
final class HandshakeVectors {

    static final List<String> MESSAGES = List.of(
            "message.ClientHello",
            "message.ServerHello",
            "message.EncryptedExtensions",
            "message.CertificateRequest",
            "message.server.Certificate",
            "message.server.CertificateVerify",
            "message.server.Finished",
            "message.device.Certificate",
            "message.device.CertificateVerify",
            "message.device.Finished",
            "message.SessionAccept");

    /** An application message: Text with counter 7, "gate open" (protocol section 13.2). */
    static final Bytes TEXT = Writer.growing()
            .u8(0x01)
            .vec24(body -> body.counter(7)
                    .bytes(Bytes.fromHex("00112233445566778899aabbccddeeff"))
                    .instant(TestPki.NOW)
                    .text24("gate open"))
            .toBytes();

    /** The answer: TextAck. */
    static final Bytes TEXT_ACK =
            Writer.growing().u8(0x02).vec24(body -> body.counter(7)).toBytes();

    static final Bytes PING = Bytes.fromHex("0102030405060708");

    static final Bytes ALERT = new Alert(AlertCode.GOING_AWAY, new Incident(0x0123456789abcdefL)).encode();

    private static final String HEADING = """
        # A handshake of WXP/2 in normal mode with suite %s, and the first records of its session.
        #
        # Inputs: time is the clock of both ends (u64, milliseconds). *.ml_kem.d, z and m are the randomness of FIPS 203
        # (ML-KEM.KeyGen and ML-KEM.Encaps), *.x25519 the private keys of RFC 7748, *.key PKCS#8. The certificate chains
        # are NAME.certificate and issuing. Signatures are ECDSA with the deterministic nonce of RFC 6979.
        #
        # The numbers and limits in the messages are given, and so is the alert's incident. Everything else follows from the
        # inputs by docs/protocol.md: message.* whole handshake messages with their
        # heads, *.signed what a CertificateVerify signs, then the key schedule in the names of section 6, and whole
        # records. record.padded is what the device could have sent in the place of record.close: the text again, with 30
        # bytes of padding, under the same sequence number 2.
        """;

    private static final String IVS = """
        #
        # device.ivs and server.ivs are the IVs of an end's protected records, in order.
        """;

    private HandshakeVectors() {}

    static String file(Suite suite) {
        return switch (suite) {
            case AES_256_GCM_SHA384 -> "handshake-aes-256-gcm-sha384.txt";
            case CHACHA20_POLY1305_SHA256 -> "handshake-chacha20-poly1305-sha256.txt";
            case AES_128_CBC_HMAC_SHA256 -> "handshake-aes-128-cbc-hmac-sha256.txt";
        };
    }

    /** The records of the session, said by both ends in turn. */
    static void converse(Playback playback) throws ProtocolException {
        converseUntilClose(playback);
        playback.say("record.close", true, ContentType.CLOSE, Bytes.EMPTY);
        playback.say("record.alert", false, ContentType.ALERT, ALERT);
    }

    static void converseUntilClose(Playback playback) throws ProtocolException {
        playback.say("record.Text", true, ContentType.APPLICATION, TEXT);
        playback.say("record.TextAck", false, ContentType.APPLICATION, TEXT_ACK);
        playback.say("record.ping", true, ContentType.PING, PING);
        playback.say("record.pong", false, ContentType.PONG, PING);
    }

    /** The inner form of a record with padding, which this implementation reads but does not write. */
    static Bytes paddedInner() {
        return Bytes.concat(TEXT, Bytes.fromHex("02"), Bytes.of(new byte[30]));
    }

    public static void main(String[] arguments) throws Exception {
        for (Suite suite : Suite.values()) {
            VectorFile vectors = new VectorFile();
            inputs(vectors);
            if (suite.prefix() > 0) {
                ivs(vectors, "", 4, 5);
            }
            Playback playback = Playback.normal(vectors, suite, CryptoProvider.jdk());
            playback.handshake();
            converse(playback);
            messages(playback, MESSAGES, vectors);
            Reference reference = new Reference(suite.code());
            Map<String, Bytes> derived = reference.derive(vectors);
            vectors.putAll(derived);
            playback.records.forEach(record -> vectors.put(record.getKey(), record.getValue()));
            vectors.put(
                    "record.padded",
                    reference.record(derived, "c_ap", 2, 2, paddedInner(), reference.iv(vectors.get("record.close"))));
            Files.writeString(Path.of(arguments[0], file(suite)), text(heading(suite), vectors));
        }
    }

    private static String heading(Suite suite) {
        return HEADING.formatted(suite) + (suite.prefix() == 0 ? "" : IVS);
    }

    static void inputs(VectorFile vectors) {
        TestPki pki = TestPki.create();
        Random random = new Random(2);
        vectors.put("time", Writer.growing().instant(TestPki.NOW).toBytes());
        for (String name : List.of(
                "device.random",
                "device.ml_kem.d",
                "device.ml_kem.z",
                "device.x25519",
                "server.random",
                "server.ml_kem.m",
                "server.x25519")) {
            byte[] value = new byte[32];
            random.nextBytes(value);
            vectors.put(name, Bytes.of(value));
        }
        vectors.put("root", Certificates.encode(pki.rootCertificate()));
        vectors.put("issuing", Certificates.encode(pki.issuingCertificate()));
        Credential server = pki.issue(Role.SERVER, "server-1");
        credential(vectors, "server", server);
        vectors.put("server.status", pki.goodStaple(server.certificate()));
        credential(vectors, "device", pki.issue(Role.DEVICE, "camera-1"));
    }

    /** IVs for so many records of each end. */
    static void ivs(VectorFile vectors, String prefix, int ofDevice, int ofServer) {
        Random random = new Random(3 + prefix.length());
        for (Map.Entry<String, Integer> end : List.of(Map.entry("device", ofDevice), Map.entry("server", ofServer))) {
            byte[] ivs = new byte[16 * end.getValue()];
            random.nextBytes(ivs);
            vectors.put(prefix + end.getKey() + ".ivs", Bytes.of(ivs));
        }
    }

    private static void credential(VectorFile vectors, String name, Credential credential) {
        vectors.put(name + ".certificate", Certificates.encode(credential.certificate()));
        vectors.put(name + ".key", Bytes.of(credential.privateKey().getEncoded()));
    }

    static void messages(Playback playback, List<String> names, VectorFile vectors) throws ProtocolException {
        List<Bytes> messages = split(Bytes.concat(playback.flights.toArray(Bytes[]::new)));
        for (int i = 0; i < names.size(); i++) {
            vectors.put(names.get(i), messages.get(i));
        }
    }

    static List<Bytes> split(Bytes all) throws ProtocolException {
        List<Bytes> messages = new ArrayList<>();
        Reader in = Reader.of(all);
        while (in.hasRemaining()) {
            int type = in.u8();
            messages.add(Writer.growing().u8(type).vec24(in.vec24(0, 0xFFFFFF)).toBytes());
        }
        return messages;
    }

    static String text(String heading, VectorFile vectors) {
        StringBuilder text = new StringBuilder(heading);
        String group = "";
        for (Map.Entry<String, Bytes> entry : vectors.all().entrySet()) {
            String next = entry.getKey().replaceAll("\\..*", "");
            if (!next.equals(group)) {
                text.append('\n');
                group = next;
            }
            text.append(entry.getKey())
                    .append(entry.getValue().isEmpty() ? " =" : " = ")
                    .append(entry.getValue().hex())
                    .append('\n');
        }
        return text.toString();
    }
}
