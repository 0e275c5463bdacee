package dev.waxwing.handshake;

import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.crypto.HybridKeyExchange;
import dev.waxwing.crypto.HybridKeyExchange.DeviceKeys;
import dev.waxwing.crypto.HybridKeyExchange.ServerAnswer;
import dev.waxwing.crypto.KeySchedule.TrafficSecret;
import dev.waxwing.crypto.SignatureScheme;
import dev.waxwing.crypto.Suite;
import dev.waxwing.crypto.TrafficKeys;
import dev.waxwing.trust.Certificates;
import dev.waxwing.trust.Credential;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import dev.waxwing.wire.SessionId;
import java.security.InvalidKeyException;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One end that follows transcript and key schedule, and no other rule: it says whatever a test wants it to, in any order,
 * with keys of its own or stolen ones. Owned by one thread.
 */
public final class Adversary {

    private static final List<Integer> SCHEMES =
            Stream.of(SignatureScheme.values()).map(SignatureScheme::code).toList();

    private final CryptoProvider crypto;
    private final SecureRandom random;
    private final boolean device;
    private final Transcript transcript = new Transcript();
    private @Nullable DeviceKeys ephemeral;
    private @Nullable HandshakeKeys keys;
    private Suite suite = Suite.AES_256_GCM_SHA384;

    private Adversary(CryptoProvider crypto, SecureRandom random, boolean device) {
        this.crypto = crypto;
        this.random = random;
        this.device = device;
    }

    /** One that answers devices. */
    public static Adversary server(CryptoProvider crypto, SecureRandom random) {
        return new Adversary(crypto, random, false);
    }

    /** One that calls servers. */
    public static Adversary device(CryptoProvider crypto, SecureRandom random) {
        return new Adversary(crypto, random, true);
    }

    /** As a device: ClientHello. */
    public Bytes hello(boolean enrolment, List<Suite> suites) {
        byte[] fresh = new byte[Fields.RANDOM];
        random.nextBytes(fresh);
        ephemeral = DeviceKeys.generate(crypto, random);
        return say(new ClientHello(
                Bytes.of(fresh),
                (enrolment ? Mode.ENROLMENT : Mode.NORMAL).code(),
                List.of(ClientHello.VERSION),
                suites.stream().map(Suite::code).toList(),
                HybridKeyExchange.GROUP,
                ephemeral.share(),
                SCHEMES,
                Fields.MAX_CONTENT,
                List.of()));
    }

    /** As a server: hears a ClientHello and makes ServerHello with the suite, whatever was offered. */
    public Bytes answer(Bytes hello, Suite chosen) throws ProtocolException {
        ClientHello client = (ClientHello) HandshakeMessage.decode(Reader.of(hello));
        byte[] fresh = new byte[Fields.RANDOM];
        random.nextBytes(fresh);
        ServerAnswer answer = ServerAnswer.to(client.keyShare(), crypto, random);
        hear(hello);
        Bytes serverHello = say(new ServerHello(
                Bytes.of(fresh),
                ClientHello.VERSION,
                chosen.code(),
                HybridKeyExchange.GROUP,
                answer.share(),
                List.of()));
        suite = chosen;
        transcript.begin(suite);
        keys = HandshakeKeys.derive(suite, answer.shared(), transcript.hash());
        return serverHello;
    }

    /** As a device: hears ServerHello. */
    public void meet(Bytes serverHello) throws ProtocolException {
        ServerHello hello = (ServerHello) HandshakeMessage.decode(Reader.of(serverHello));
        hear(serverHello);
        suite = Suite.of(hello.suite()).orElseThrow();
        transcript.begin(suite);
        keys = HandshakeKeys.derive(suite, own(ephemeral).agree(hello.keyShare()), transcript.hash());
    }

    /** Takes whole messages into the transcript. */
    public void hear(Bytes messages) {
        transcript.add(messages);
    }

    /** The message, which is in the transcript from now on. */
    Bytes say(HandshakeMessage message) {
        Bytes encoded = message.encode();
        hear(encoded);
        return encoded;
    }

    /** The credential's chain, then the certificates, with a status. */
    public Bytes certificate(Credential credential, Bytes status) {
        return say(new Certificate(
                credential.chain().stream().map(Certificates::encode).toList(), status, List.of()));
    }

    /** The credential's chain with the root behind it, as in enrolment. */
    public Bytes certificate(Credential credential, X509Certificate root, Bytes status) {
        return say(new Certificate(
                Stream.concat(credential.chain().stream(), Stream.of(root))
                        .map(Certificates::encode)
                        .toList(),
                status,
                List.of()));
    }

    /** A signature by this key over the transcript so far, for the context of a role. */
    public Bytes verify(Credential signer, Context context) {
        return say(signature(signer, context));
    }

    /** The same, and nothing else. */
    CertificateVerify signature(Credential signer, Context context) {
        return signature(signer, context.content.over(transcript.hash()));
    }

    /** A CertificateVerify whose signature is over any bytes. */
    CertificateVerify signature(Credential signer, Bytes content) {
        SignatureScheme scheme = SignatureScheme.choose(signer.certificate().getPublicKey(), SCHEMES)
                .orElseThrow();
        return new CertificateVerify(scheme.code(), sign(scheme, signer.privateKey(), content));
    }

    /** The own Finished over the transcript so far. */
    public Bytes finished() {
        return say(finishedMessage());
    }

    Finished finishedMessage() {
        HandshakeKeys own = own(keys);
        return new Finished((device ? own.client() : own.server()).verifyData(transcript.hash()));
    }

    /** Fresh keys of epoch 1 for records from this end, or to it. */
    public TrafficKeys handshakeKeys(boolean fromDevice) {
        HandshakeKeys own = own(keys);
        return (fromDevice ? own.client() : own.server()).keys();
    }

    /** Fresh keys of epoch 2 for records from this end or to it, if the transcript now ends in the device's Finished. */
    public TrafficKeys applicationKeys(boolean fromDevice) {
        try (ApplicationSecrets application = application()) {
            return (fromDevice ? application.client() : application.server()).keys();
        }
    }

    /** The keys that follow those by one KeyUpdate. */
    public TrafficKeys updatedKeys(boolean fromDevice) {
        try (ApplicationSecrets application = application();
                TrafficSecret next = (fromDevice ? application.client() : application.server()).next()) {
            return next.keys();
        }
    }

    /** The session's id, if the transcript now ends in the device's Finished. */
    public SessionId session() {
        return own(keys).main().sessionId(transcript.hash());
    }

    private ApplicationSecrets application() {
        return ApplicationSecrets.derive(own(keys).main(), transcript.hash());
    }

    public Suite suite() {
        return suite;
    }

    Bytes transcriptHash() {
        return transcript.hash();
    }

    private Bytes sign(SignatureScheme scheme, PrivateKey key, Bytes content) {
        try {
            return crypto.sign(scheme, key, content);
        } catch (InvalidKeyException e) {
            throw new IllegalStateException(e);
        }
    }

    private static <T> T own(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("it has not come that far");
        }
        return value;
    }

    /** What a signature claims to be for. */
    public enum Context {
        SERVER(SignedContent.SERVER),
        SERVER_ENROLMENT(SignedContent.SERVER_ENROLMENT),
        DEVICE(SignedContent.DEVICE);

        private final SignedContent content;

        Context(SignedContent content) {
            this.content = content;
        }
    }
}
