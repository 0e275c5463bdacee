package dev.waxwing.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.crypto.SignatureScheme;
import dev.waxwing.crypto.Suite;
import dev.waxwing.evidence.DetachedSignature;
import dev.waxwing.evidence.InvalidSignatureException;
import dev.waxwing.handshake.Action.AskAdmission;
import dev.waxwing.handshake.Action.Send;
import dev.waxwing.handshake.Adversary.Context;
import dev.waxwing.trust.Certificates;
import dev.waxwing.trust.Credential;
import dev.waxwing.trust.Role;
import dev.waxwing.trust.TestPki;
import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import dev.waxwing.wire.Writer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.Signature;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Peers that own keys, their own or stolen ones, and pretend to be somebody else (protocol section 7). One test for each
 * known attack on protocols of this kind.
 */
class ImpersonationTest {

    private static final CryptoProvider CRYPTO = CryptoProvider.best();
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Credential OTHER_DEVICE = Conversation.PKI.issue(Role.DEVICE, "camera-2");
    private static final Credential RSA_DEVICE = Conversation.PKI
            .request(Role.DEVICE, "camera-3")
            .keys(TestPki.rsa(2048))
            .issue();

    /** A server in the middle of a normal handshake with an adversary: it has sent its flight. */
    private static final class AtServer {
        final Conversation conversation = Conversation.of(Mode.NORMAL);
        final Adversary device = Adversary.device(CRYPTO, RANDOM);

        AtServer() throws ProtocolException {
            Bytes hello = device.hello(false, List.of(Suite.AES_256_GCM_SHA384));
            for (Action action : conversation.server.receive(hello.asByteBuffer())) {
                if (action instanceof Send(Bytes messages)) {
                    if (messages.at(0) == ServerHello.TYPE) {
                        device.meet(messages);
                    } else {
                        device.hear(messages);
                    }
                }
            }
        }

        List<Action> take(Bytes message) throws ProtocolException {
            return conversation.server.receive(message.asByteBuffer());
        }

        void showsAndIsRefused(List<Credential> shown, Function<Adversary, CertificateVerify> proof) throws Exception {
            take(device.certificate(shown.getFirst(), Bytes.EMPTY));
            assertRefused(AlertCode.AUTH_FAILED, () -> take(device.say(proof.apply(device))));
        }
    }

    /** A device in the middle of a normal handshake with an adversary: it awaits the server's Certificate. */
    private static final class AtDevice {
        final Conversation conversation = Conversation.of(Mode.NORMAL);
        final Adversary server = Adversary.server(CRYPTO, RANDOM);

        AtDevice() throws ProtocolException {
            Bytes hello = ((Send) conversation.device.start().getFirst()).messages();
            take(server.answer(hello, Suite.AES_256_GCM_SHA384));
            take(server.say(new EncryptedExtensions(
                    Fields.MAX_CONTENT,
                    SessionTerms.defaults().rekey(),
                    SessionTerms.defaults().session(),
                    SessionTerms.defaults().idle(),
                    TestPki.NOW,
                    List.of())));
            take(server.say(new CertificateRequest(
                    List.of(0x0403), List.of(Conversation.PKI.root().spkiSha256()), List.of())));
        }

        List<Action> take(Bytes message) throws ProtocolException {
            return conversation.device.receive(message.asByteBuffer());
        }
    }

    @Test
    void an_adversary_with_the_right_keys_is_let_in_so_that_the_refusals_here_mean_something() throws Exception {
        AtServer there = new AtServer();
        there.take(there.device.certificate(Conversation.DEVICE, Bytes.EMPTY));
        there.take(there.device.verify(Conversation.DEVICE, Context.DEVICE));
        assertThat(there.take(there.device.finished()).getLast()).isInstanceOf(AskAdmission.class);

        AtDevice here = new AtDevice();
        here.take(here.server.certificate(Conversation.SERVER, Conversation.STAPLE));
        here.take(here.server.verify(Conversation.SERVER, Context.SERVER));
        assertThat(here.take(here.server.finished())).isNotEmpty();
    }

    // Identity misbinding (Diffie, van Oorschot, Wiener 1992; Krawczyk 2003): a proof by one stands beside another's
    // name.

    @Test
    void a_signature_by_one_device_under_the_certificate_of_another_is_refused() throws Exception {
        new AtServer()
                .showsAndIsRefused(
                        List.of(Conversation.DEVICE), device -> device.signature(OTHER_DEVICE, Context.DEVICE));
        new AtServer()
                .showsAndIsRefused(
                        List.of(OTHER_DEVICE), device -> device.signature(Conversation.DEVICE, Context.DEVICE));
    }

    @Test
    void a_device_cannot_put_its_name_in_the_place_of_the_one_that_signed() throws Exception {
        // Unknown key share: whoever is between the two keeps the signature and changes the certificate before it.
        Conversation honest = Conversation.of(Mode.NORMAL)
                .tampering(message -> message.at(0) == Certificate.TYPE && message.size() < 1_200
                        ? new Certificate(
                                        OTHER_DEVICE.chain().stream()
                                                .map(Certificates::encode)
                                                .toList(),
                                        Bytes.EMPTY,
                                        List.of())
                                .encode()
                        : message)
                .start();
        assertRefused(AlertCode.AUTH_FAILED, honest::run);
        assertThat(honest.serverActions).noneMatch(AskAdmission.class::isInstance);
    }

    @Test
    void a_signature_made_in_one_session_is_refused_in_another() throws Exception {
        Conversation honest = Conversation.of(Mode.NORMAL).start();
        honest.untilServerReceived(2);
        Bytes verify = honest.nextToServer();
        assertThat(verify.at(0)).isEqualTo((byte) CertificateVerify.TYPE);
        new AtServer().showsAndIsRefused(List.of(Conversation.DEVICE), device -> (CertificateVerify) decode(verify));
    }

    @Test
    void a_server_behind_a_man_in_the_middle_cannot_be_made_to_prove_the_wrong_keys() throws Exception {
        // The one in the middle exchanges keys with both, and passes on what the server says to prove itself.
        Conversation towardsServer = Conversation.of(Mode.NORMAL).start();
        towardsServer.untilDeviceReceived(3);
        List<Bytes> said = List.of(towardsServer.nextToDevice(), towardsServer.nextToDevice());

        AtDevice towardsDevice = new AtDevice();
        towardsDevice.server.hear(said.get(0));
        towardsDevice.take(said.get(0));
        assertThat(said.get(1).at(0)).isEqualTo((byte) CertificateVerify.TYPE);
        assertRefused(AlertCode.AUTH_FAILED, () -> towardsDevice.take(said.get(1)));
    }

    // Key-compromise impersonation (Blake-Wilson, Johnson, Menezes 1997): a stolen key works one way only.

    @Test
    void who_has_a_devices_key_cannot_pose_as_the_server_to_that_device() throws Exception {
        AtDevice ownCertificate = new AtDevice();
        assertRefused(
                AlertCode.AUTH_FAILED,
                () -> ownCertificate.take(ownCertificate.server.certificate(
                        Conversation.DEVICE, Conversation.PKI.goodStaple(Conversation.DEVICE.certificate()))));

        AtDevice serversCertificate = new AtDevice();
        serversCertificate.take(serversCertificate.server.certificate(Conversation.SERVER, Conversation.STAPLE));
        assertRefused(
                AlertCode.AUTH_FAILED,
                () -> serversCertificate.take(serversCertificate.server.verify(Conversation.DEVICE, Context.SERVER)));
    }

    @Test
    void who_has_another_devices_key_cannot_pose_as_the_server_either() throws Exception {
        AtDevice here = new AtDevice();
        assertRefused(
                AlertCode.AUTH_FAILED,
                () -> here.take(here.server.certificate(
                        OTHER_DEVICE, Conversation.PKI.goodStaple(OTHER_DEVICE.certificate()))));
    }

    @Test
    void who_has_the_servers_key_cannot_pose_as_a_device_to_that_server() throws Exception {
        new AtServer()
                .showsAndIsRefused(
                        List.of(Conversation.SERVER), device -> device.signature(Conversation.SERVER, Context.DEVICE));
        new AtServer()
                .showsAndIsRefused(
                        List.of(Conversation.DEVICE), device -> device.signature(Conversation.SERVER, Context.DEVICE));
    }

    // Selfie (Drucker, Gueron 2019): an end is made to talk to itself.

    @Test
    void a_device_does_not_believe_its_own_certificate_and_signature() throws Exception {
        AtDevice here = new AtDevice();
        assertThatThrownBy(() -> here.take(here.server.certificate(
                        Conversation.DEVICE, Conversation.PKI.goodStaple(Conversation.DEVICE.certificate()))))
                .isInstanceOfSatisfying(
                        ProtocolException.class, e -> assertThat(e.reason()).startsWith("OWN_CERTIFICATE"));
    }

    @Test
    void hellos_that_come_back_are_refused() throws Exception {
        Conversation conversation = Conversation.of(Mode.NORMAL).start();
        Bytes hello = conversation.nextToServer();
        assertRefused(AlertCode.PROTOCOL_ERROR, () -> conversation.receiveAtDevice(hello));
        Conversation other = Conversation.of(Mode.NORMAL).start();
        Bytes serverHello = other.nextToDevice();
        assertRefused(AlertCode.PROTOCOL_ERROR, () -> other.receiveAtServer(serverHello));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_ratchet_request_that_comes_back_is_refused(boolean byDevice) throws Exception {
        Conversation conversation = Conversation.of(Mode.NORMAL).start();
        conversation.run();
        List<Action> actions = byDevice ? conversation.deviceActions : conversation.serverActions;
        try (Rekeying end = ((Action.Connect) actions.getLast()).rekeying()) {
            Bytes request = ((Send) end.ratchet().getFirst()).messages();
            // To the device it lacks the server's status, to the server it has one that no device's request may have,
            // even
            // where it would be dropped because the server has begun a ratchet itself.
            assertRefused(
                    byDevice ? AlertCode.AUTH_FAILED : AlertCode.PROTOCOL_ERROR,
                    () -> end.receive(request.asByteBuffer(), 1));
        }
    }

    // Cross-protocol: a signature serves one purpose.

    static Stream<Arguments> otherPurposes() throws Exception {
        Credential device = Conversation.DEVICE;
        KeyPair keys = new KeyPair(device.certificate().getPublicKey(), device.privateKey());
        byte[] request = new JcaPKCS10CertificationRequestBuilder(
                        device.certificate().getSubjectX500Principal(), keys.getPublic())
                .build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()))
                .toASN1Structure()
                .getCertificationRequestInfo()
                .getEncoded();
        return Stream.of(
                Arguments.of("the server's proof", (Function<Bytes, Bytes>) SignedContent.SERVER::over),
                Arguments.of("the server's proof in enrolment", (Function<Bytes, Bytes>)
                        SignedContent.SERVER_ENROLMENT::over),
                Arguments.of(
                        "a ratchet's response", (Function<Bytes, Bytes>) SignedContent.DEVICE_RATCHET_RESPONSE::over),
                Arguments.of("a ratchet's finish", (Function<Bytes, Bytes>) SignedContent.DEVICE_RATCHET_FINISH::over),
                Arguments.of("a certificate request", (Function<Bytes, Bytes>) hash -> Bytes.of(request)),
                Arguments.of("signed attributes", (Function<Bytes, Bytes>)
                        hash -> Bytes.concat(Bytes.fromHex("3130"), hash)),
                Arguments.of("the bare transcript hash", (Function<Bytes, Bytes>) hash -> hash),
                Arguments.of("another context", (Function<Bytes, Bytes>) hash -> Writer.growing()
                        .bytes(" ".repeat(64).getBytes(StandardCharsets.US_ASCII))
                        .bytes("TLS 1.3, client CertificateVerify".getBytes(StandardCharsets.US_ASCII))
                        .u8(0)
                        .bytes(hash)
                        .toBytes()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("otherPurposes")
    void a_signature_made_for_another_purpose_is_no_certificate_verify(String what, Function<Bytes, Bytes> content)
            throws Exception {
        new AtServer()
                .showsAndIsRefused(
                        List.of(Conversation.DEVICE),
                        device -> device.signature(Conversation.DEVICE, content.apply(device.transcriptHash())));
    }

    @Test
    void a_certificate_verify_is_no_signature_of_evidence() throws Exception {
        Bytes content = Bytes.fromHex("7b7d");
        Bytes genuine = DetachedSignature.sign(content, Conversation.DEVICE);
        DetachedSignature.verify(content, genuine, Conversation.DEVICE.certificate());
        int length = genuine.at(genuine.size() - tail(genuine) - 1);
        // Signatures differ in length by a byte or two; one of the same length fits into the same DER.
        Bytes verify = Bytes.EMPTY;
        for (AtServer there = new AtServer(); verify.size() != length; ) {
            verify = there.device.signature(Conversation.DEVICE, Context.DEVICE).signature();
        }
        Bytes forged = Bytes.concat(genuine.slice(0, genuine.size() - length), verify);
        assertThatThrownBy(() -> DetachedSignature.verify(content, forged, Conversation.DEVICE.certificate()))
                .isInstanceOf(InvalidSignatureException.class)
                .hasMessageContaining("does not verify");
    }

    /** How many bytes the signature at the end has. */
    private static int tail(Bytes cms) {
        for (int length = 64; length <= 72; length++) {
            if (cms.at(cms.size() - length - 2) == 0x04 && cms.at(cms.size() - length - 1) == length) {
                return length;
            }
        }
        throw new IllegalStateException("no ECDSA signature at the end");
    }

    // Bleichenbacher (1998) and its successors need RSA decryption or PKCS #1 v1.5; there is neither.

    @Test
    void an_rsa_device_signs_with_pss_and_with_nothing_else() throws Exception {
        AtServer genuine = new AtServer();
        genuine.take(genuine.device.certificate(RSA_DEVICE, Bytes.EMPTY));
        genuine.take(genuine.device.verify(RSA_DEVICE, Context.DEVICE));

        for (int scheme : new int[] {0x0401, 0x0501, 0x0601, 0x0804, 0x0805, 0x0809}) {
            new AtServer().showsAndIsRefused(List.of(RSA_DEVICE), device -> {
                Bytes content = SignedContent.DEVICE.over(device.transcriptHash());
                return new CertificateVerify(scheme, pkcs1(RSA_DEVICE, content));
            });
        }
    }

    private static Bytes pkcs1(Credential signer, Bytes content) {
        try {
            Signature engine = Signature.getInstance("SHA256withRSA");
            engine.initSign(signer.privateKey());
            engine.update(content.asByteBuffer());
            return Bytes.of(engine.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @EnumSource(SignatureScheme.class)
    void no_scheme_of_this_protocol_is_pkcs1(SignatureScheme scheme) {
        assertThat(scheme.code()).isIn(0x0403, 0x0503, 0x0804);
    }

    // Downgrade: what was offered and what was chosen are part of what both ends prove.

    /** Ways to change a ClientHello so that the server goes on with something else than the device offered. */
    enum Downgrade {
        FEWER_SUITES(h -> with(h, h.versions(), List.of(0x0002), h.signatureSchemes(), h.maxContent(), h.extensions())),
        OTHER_ORDER(h ->
                with(h, h.versions(), h.suites().reversed(), h.signatureSchemes(), h.maxContent(), h.extensions())),
        MORE_VERSIONS(h ->
                with(h, List.of(0x0002, 0x0001), h.suites(), h.signatureSchemes(), h.maxContent(), h.extensions())),
        FEWER_SCHEMES(h -> with(h, h.versions(), h.suites(), List.of(0x0403), h.maxContent(), h.extensions())),
        SMALLER_CONTENT(h -> with(h, h.versions(), h.suites(), h.signatureSchemes(), 61_440, h.extensions())),
        AN_EXTENSION(h -> with(
                h,
                h.versions(),
                h.suites(),
                h.signatureSchemes(),
                h.maxContent(),
                List.of(new Extension(0x1234, Bytes.EMPTY))));

        private final UnaryOperator<ClientHello> change;

        Downgrade(UnaryOperator<ClientHello> change) {
            this.change = change;
        }

        private static ClientHello with(
                ClientHello hello,
                List<Integer> versions,
                List<Integer> suites,
                List<Integer> schemes,
                int maxContent,
                List<Extension> extensions) {
            return new ClientHello(
                    hello.random(),
                    hello.mode(),
                    versions,
                    suites,
                    hello.group(),
                    hello.keyShare(),
                    schemes,
                    maxContent,
                    extensions);
        }
    }

    @ParameterizedTest
    @EnumSource(Downgrade.class)
    void a_changed_offer_is_noticed_before_the_device_shows_itself(Downgrade downgrade) {
        Conversation conversation = Conversation.of(Mode.NORMAL)
                .tampering(message -> message.at(0) == ClientHello.TYPE
                        ? downgrade.change.apply((ClientHello) decode(message)).encode()
                        : message)
                .start();
        // Under real records the keys already differ; here the signature is what does not agree.
        assertRefused(AlertCode.AUTH_FAILED, conversation::run);
        assertThat(conversation.deviceActions).noneMatch(Action.Connect.class::isInstance);
        assertThat(conversation.serverActions).noneMatch(AskAdmission.class::isInstance);
    }

    @Test
    void a_changed_answer_is_noticed_before_the_device_shows_itself() {
        for (int type : new int[] {EncryptedExtensions.TYPE, CertificateRequest.TYPE}) {
            Conversation conversation = Conversation.of(Mode.NORMAL)
                    .tampering(message -> message.at(0) == type ? lazier(message) : message)
                    .start();
            assertRefused(AlertCode.AUTH_FAILED, conversation::run);
        }
    }

    /** Longer times until keys are renewed, or fewer signature schemes. */
    private static Bytes lazier(Bytes message) {
        return switch (decode(message)) {
            case EncryptedExtensions e ->
                new EncryptedExtensions(
                                e.maxContent(),
                                RekeyPolicy.laziest(),
                                e.session(),
                                e.idle(),
                                e.serverTime().plusMillis(1),
                                e.extensions())
                        .encode();
            case CertificateRequest r ->
                new CertificateRequest(List.of(0x0403), r.authorities(), r.extensions()).encode();
            default -> message;
        };
    }

    private static HandshakeMessage decode(Bytes message) {
        try {
            return HandshakeMessage.decode(Reader.of(message));
        } catch (ProtocolException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void assertRefused(AlertCode code, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        ProtocolException.class, e -> assertThat(e.code()).isEqualTo(code));
    }
}
