package dev.waxwing.vectors;

import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.crypto.Suite;
import dev.waxwing.handshake.EnrolmentRequestFactory.EnrolmentRequest;
import dev.waxwing.recordlayer.ContentType;
import dev.waxwing.trust.Credential;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.SessionId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/** Names what is in the enrolment vectors, and writes them: {@code EnrolmentVectors FOLDER}. */
final class EnrolmentVectors {

    static final Suite SUITE = Suite.AES_256_GCM_SHA384;

    static final String FILE = "enrolment-aes-256-gcm-sha384.txt";

    static final List<String> MESSAGES = List.of(
            "message.ClientHello",
            "message.ServerHello",
            "message.EncryptedExtensions",
            "message.server.Certificate",
            "message.server.CertificateVerify",
            "message.server.Finished",
            "message.device.Finished",
            "message.EnrolRequest",
            "message.EnrolResponse");

    private static final String HEADING = """
        # An enrolment by WXP/2 with suite %s.
        #
        # The names are those of the handshake vectors. device.key is the key pair that the device makes for this enrolment
        # and device.certificate what it gets; token is the invite's. request is an input as well: its signature is not
        # repeatable, and its challengePassword is session_id in hex.
        """;

    private EnrolmentVectors() {}

    static KeyPair deviceKeys(VectorFile vectors) throws Exception {
        Credential device = Playback.credential(vectors, "device");
        return new KeyPair(device.certificate().getPublicKey(), device.privateKey());
    }

    /** Both ends close. */
    static void close(Playback playback) throws ProtocolException {
        playback.say("record.device.close", true, ContentType.CLOSE, Bytes.EMPTY);
        playback.say("record.server.close", false, ContentType.CLOSE, Bytes.EMPTY);
    }

    public static void main(String[] arguments) throws Exception {
        VectorFile vectors = new VectorFile();
        HandshakeVectors.inputs(vectors);
        vectors.put("token", Bytes.fromHex("000102030405060708090a0b0c0d0e0f"));
        KeyPair keys = deviceKeys(vectors);
        AtomicReference<Bytes> request = new AtomicReference<>(Bytes.EMPTY);
        Playback playback = Playback.enrolment(vectors, SUITE, CryptoProvider.jdk(), session -> {
            request.set(request(keys, session));
            return new EnrolmentRequest(keys, request.get());
        });
        playback.enrol();
        close(playback);
        vectors.put("request", request.get());
        HandshakeVectors.messages(playback, MESSAGES, vectors);
        vectors.putAll(new Reference(SUITE.code()).derive(vectors));
        playback.records.forEach(record -> vectors.put(record.getKey(), record.getValue()));
        Files.writeString(Path.of(arguments[0], FILE), HandshakeVectors.text(HEADING.formatted(SUITE), vectors));
    }

    private static Bytes request(KeyPair keys, SessionId session) {
        try {
            return Bytes.of(new JcaPKCS10CertificationRequestBuilder(new X500Principal("CN=camera-1"), keys.getPublic())
                    .addAttribute(
                            PKCSObjectIdentifiers.pkcs_9_at_challengePassword, new DERUTF8String(session.toString()))
                    .build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()))
                    .getEncoded());
        } catch (IOException | OperatorCreationException e) {
            throw new IllegalStateException(e);
        }
    }
}
