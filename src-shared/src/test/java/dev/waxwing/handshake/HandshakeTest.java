package dev.waxwing.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.waxwing.crypto.HybridKeyExchange;
import dev.waxwing.handshake.Action.ChangeReceivingKeys;
import dev.waxwing.handshake.Action.ChangeSendingKeys;
import dev.waxwing.handshake.Action.Connect;
import dev.waxwing.handshake.Action.TakeIdentity;
import dev.waxwing.trust.Role;
import dev.waxwing.trust.TestPki;
import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import dev.waxwing.wire.SessionId;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Protocol sections 5 to 9, in memory. */
class HandshakeTest {

    @Test
    void both_ends_agree_on_the_session() throws Exception {
        Conversation conversation = Conversation.of(Mode.NORMAL).start();
        conversation.run();
        Session atDevice = ((Connect) conversation.deviceActions.getLast()).session();
        Session atServer = ((Connect) conversation.serverActions.getLast()).session();
        assertThat(atDevice.id()).isEqualTo(atServer.id()).isNotEqualTo(SessionId.NONE);
        assertThat(atDevice.suite()).isEqualTo(atServer.suite());
        assertThat(atDevice.terms()).isEqualTo(atServer.terms());
        assertThat(atDevice.grant()).isEqualTo(atServer.grant());
        assertThat(atDevice.serverTime()).isEqualTo(TestPki.NOW);
        assertThat(atDevice.peer().certificate()).isEqualTo(Conversation.SERVER.certificate());
        assertThat(atServer.peer().certificate()).isEqualTo(Conversation.DEVICE.certificate());
    }

    @Test
    void enrolment_ends_with_an_identity_and_without_a_session() throws Exception {
        Conversation conversation = Conversation.of(Mode.ENROLMENT).start();
        conversation.run();
        assertThat(conversation.deviceActions.getLast()).isInstanceOf(TakeIdentity.class);
        assertThat(conversation.deviceActions).noneMatch(Connect.class::isInstance);
        assertThat(conversation.serverActions).noneMatch(Connect.class::isInstance);
    }

    @Test
    void keys_change_in_the_order_of_section_3_4() throws Exception {
        Conversation conversation = Conversation.of(Mode.NORMAL).start();
        conversation.run();
        assertThat(epochs(conversation.deviceActions)).containsExactly("send 1", "receive 1", "send 2", "receive 2");
        assertThat(epochs(conversation.serverActions)).containsExactly("send 1", "receive 1", "receive 2", "send 2");
        assertThat(sessionOf(conversation.deviceActions.getFirst())).isEqualTo(SessionId.NONE);
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void no_altered_handshake_ever_ends_well(Mode mode) throws Exception {
        Random random = new Random(20260601);
        // ClientHello to the device's Finished; what follows is covered by the application keys alone.
        int messages = mode == Mode.NORMAL ? 10 : 7;
        for (int i = 0; i < 15 * messages; i++) {
            int victim = i % messages;
            Conversation conversation =
                    Conversation.of(mode).tampering(flipOneBit(victim, random)).start();
            assertThatThrownBy(conversation::run)
                    .describedAs("message " + victim + ", round " + i)
                    .isInstanceOf(ProtocolException.class);
            assertThat(conversation.deviceActions)
                    .noneMatch(action -> action instanceof Connect || action instanceof TakeIdentity);
        }
    }

    @Test
    void mode_is_part_of_what_the_server_signs() {
        // An attacker turns an enrolment into a normal session, or the other way round.
        Conversation conversation = Conversation.of(Mode.ENROLMENT)
                .tampering(message -> {
                    if (message.at(0) != ClientHello.TYPE) {
                        return message;
                    }
                    byte[] bytes = message.toArray();
                    bytes[HandshakeMessage.HEAD + Fields.RANDOM] = (byte) Mode.NORMAL.code();
                    return Bytes.of(bytes);
                })
                .start();
        assertThatThrownBy(conversation::run).isInstanceOf(ProtocolException.class);
    }

    @Test
    void keeps_a_doubt_about_the_certificate_until_the_signature_was_looked_at() throws Exception {
        Conversation conversation = Conversation.of(Conversation.PKI
                        .request(Role.DEVICE, "camera-1")
                        .expired()
                        .issue())
                .start();
        assertThat(conversation.untilServerReceived(2)).isTrue();
        assertRefused(AlertCode.AUTH_FAILED, "EXPIRED", () -> conversation.untilServerReceived(1));
    }

    @Test
    void an_unreadable_certificate_is_a_doubt_like_any_other() throws Exception {
        Conversation conversation = Conversation.of(Mode.NORMAL).start();
        conversation.untilServerReceived(1);
        conversation.nextToServer();
        conversation.receiveAtServer(new Certificate(List.of(Bytes.fromHex("3000")), Bytes.EMPTY, List.of()).encode());
        assertRefused(AlertCode.AUTH_FAILED, "MALFORMED", () -> conversation.untilServerReceived(1));
    }

    @Test
    void refuses_a_signature_under_a_scheme_that_does_not_fit_the_key() throws Exception {
        Conversation conversation = Conversation.of(Mode.NORMAL).start();
        conversation.untilServerReceived(2);
        CertificateVerify genuine = (CertificateVerify) decode(conversation.nextToServer());
        for (int scheme : new int[] {0x0503, 0x0804, 0x0000}) {
            Conversation other = Conversation.of(Mode.NORMAL).start();
            other.untilServerReceived(2);
            other.nextToServer();
            assertRefused(
                    AlertCode.AUTH_FAILED,
                    "CertificateVerify",
                    () -> other.receiveAtServer(new CertificateVerify(scheme, genuine.signature()).encode()));
        }
    }

    @Test
    void server_refuses_a_finished_that_does_not_agree_with_protocol_error() throws Exception {
        for (int length : new int[] {48, 32, 0}) {
            Conversation conversation = Conversation.of(Mode.NORMAL).start();
            conversation.untilServerReceived(3);
            conversation.nextToServer();
            Finished wrong = new Finished(Bytes.of(new byte[length]));
            assertRefused(AlertCode.PROTOCOL_ERROR, "Finished", () -> conversation.receiveAtServer(wrong.encode()));
        }
    }

    @Test
    void device_refuses_a_finished_that_does_not_agree_with_protocol_error() throws Exception {
        Conversation conversation = Conversation.of(Mode.NORMAL).start();
        conversation.untilDeviceReceived(5);
        Finished wrong = new Finished(Bytes.of(new byte[48]));
        assertRefused(AlertCode.PROTOCOL_ERROR, "Finished", () -> conversation.receiveAtDevice(wrong.encode()));
    }

    @Test
    void server_refuses_a_status_or_an_extension_in_a_devices_certificate() throws Exception {
        for (Certificate wrong : List.of(
                new Certificate(List.of(Bytes.fromHex("3000")), Bytes.fromHex("30"), List.of()),
                new Certificate(List.of(Bytes.fromHex("3000")), Bytes.EMPTY, List.of(new Extension(1, Bytes.EMPTY))))) {
            Conversation conversation = Conversation.of(Mode.NORMAL).start();
            conversation.untilServerReceived(1);
            assertRefused(AlertCode.PROTOCOL_ERROR, "", () -> conversation.receiveAtServer(wrong.encode()));
        }
    }

    @Test
    void server_ignores_unknown_extensions_versions_suites_and_schemes_beside_known_ones() throws Exception {
        ClientHello genuine =
                (ClientHello) decode(Conversation.of(Mode.NORMAL).start().nextToServer());
        ClientHello fuller = new ClientHello(
                genuine.random(),
                0,
                List.of(0x0304, 0x0002),
                List.of(0x7F7F, 0x0002, 0x0001),
                genuine.group(),
                genuine.keyShare(),
                List.of(0x0807, 0x0403),
                61_440,
                List.of(new Extension(0xABCD, Bytes.fromHex("00"))));
        Conversation conversation = Conversation.of(Mode.NORMAL);
        conversation.receiveAtServer(fuller.encode());
        ServerHello answer = (ServerHello) decode(conversation.nextToDevice());
        assertThat(answer.suite())
                .describedAs("the device's first that the server has")
                .isEqualTo(0x0002);
    }

    @Test
    void server_refuses_hellos_without_anything_usable_as_unsupported() throws Exception {
        ClientHello genuine =
                (ClientHello) decode(Conversation.of(Mode.NORMAL).start().nextToServer());
        assertUnsupported(hello(genuine, 2, List.of(2), List.of(1), genuine.group(), List.of(0x0403)));
        assertUnsupported(hello(genuine, 0, List.of(3), List.of(1), genuine.group(), List.of(0x0403)));
        assertUnsupported(hello(genuine, 0, List.of(2), List.of(0x10), genuine.group(), List.of(0x0403)));
        assertUnsupported(hello(genuine, 0, List.of(2), List.of(1), 0x6399, List.of(0x0403)));
        assertUnsupported(hello(genuine, 0, List.of(2), List.of(1), genuine.group(), List.of(0x0804)));
    }

    @Test
    void server_refuses_unusable_key_shares_with_protocol_error() throws Exception {
        ClientHello genuine =
                (ClientHello) decode(Conversation.of(Mode.NORMAL).start().nextToServer());
        byte[] unreduced = genuine.keyShare().toArray();
        unreduced[0] = (byte) 0xFF;
        unreduced[1] = (byte) 0xFF;
        byte[] zeroPoint = genuine.keyShare().toArray();
        Arrays.fill(zeroPoint, 1_184, 1_216, (byte) 0);
        for (Bytes share : List.of(
                Bytes.of(unreduced), Bytes.of(zeroPoint), genuine.keyShare().slice(0, 1_215), Bytes.EMPTY)) {
            ClientHello wrong = new ClientHello(
                    genuine.random(),
                    0,
                    List.of(2),
                    List.of(1),
                    genuine.group(),
                    share,
                    List.of(0x0403),
                    61_440,
                    List.of());
            Conversation conversation = Conversation.of(Mode.NORMAL);
            assertRefused(AlertCode.PROTOCOL_ERROR, "share", () -> conversation.receiveAtServer(wrong.encode()));
        }
    }

    @Test
    void device_refuses_server_hellos_with_what_it_did_not_offer() throws Exception {
        ServerHello genuine =
                (ServerHello) decode(Conversation.of(Mode.NORMAL).start().nextToDevice());
        byte[] zeroPoint = genuine.keyShare().toArray();
        Arrays.fill(zeroPoint, 1_088, 1_120, (byte) 0);
        int group = HybridKeyExchange.GROUP;
        Bytes share = genuine.keyShare();
        for (ServerHello wrong : List.of(
                new ServerHello(genuine.random(), 3, 1, group, share, List.of()),
                new ServerHello(genuine.random(), 2, 0x10, group, share, List.of()),
                new ServerHello(genuine.random(), 2, 1, 0x1D, share, List.of()),
                new ServerHello(genuine.random(), 2, 1, group, share.slice(1, 1_120), List.of()),
                new ServerHello(genuine.random(), 2, 1, group, Bytes.of(zeroPoint), List.of()),
                new ServerHello(genuine.random(), 2, 1, group, share, List.of(new Extension(1, Bytes.EMPTY))))) {
            Conversation conversation = Conversation.of(Mode.NORMAL).start();
            assertRefused(AlertCode.PROTOCOL_ERROR, "", () -> conversation.receiveAtDevice(wrong.encode()));
        }
    }

    @Test
    void device_stops_where_its_root_is_not_among_the_authorities() throws Exception {
        Conversation conversation = Conversation.of(Mode.NORMAL).start();
        conversation.untilDeviceReceived(2);
        CertificateRequest request =
                new CertificateRequest(List.of(0x0403), List.of(Bytes.of(new byte[32])), List.of());
        assertRefused(AlertCode.AUTH_FAILED, "our root", () -> conversation.receiveAtDevice(request.encode()));
    }

    @Test
    void refuses_a_message_behind_one_that_ends_its_record() throws Exception {
        Conversation conversation = Conversation.of(Mode.NORMAL).start();
        Bytes hello = conversation.nextToServer();
        assertRefused(
                AlertCode.PROTOCOL_ERROR,
                "ends its record",
                () -> conversation.receiveAtServer(Bytes.concat(hello, new Finished(Bytes.EMPTY).encode())));
    }

    @Test
    void refuses_more_than_65536_bytes_of_handshake() throws Exception {
        Conversation conversation = Conversation.of(Mode.NORMAL).start();
        conversation.untilServerReceived(1);
        Certificate huge = new Certificate(List.of(Bytes.of(new byte[65_000])), Bytes.EMPTY, List.of());
        assertRefused(AlertCode.PROTOCOL_ERROR, "65536", () -> conversation.receiveAtServer(huge.encode()));
    }

    private static UnaryOperator<Bytes> flipOneBit(int victim, Random random) {
        int[] seen = {0};
        return message -> {
            if (seen[0]++ != victim) {
                return message;
            }
            byte[] bytes = message.toArray();
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            return Bytes.of(bytes);
        };
    }

    private static ClientHello hello(
            ClientHello genuine,
            int mode,
            List<Integer> versions,
            List<Integer> suites,
            int group,
            List<Integer> schemes) {
        return new ClientHello(
                genuine.random(), mode, versions, suites, group, genuine.keyShare(), schemes, 61_440, List.of());
    }

    private static void assertUnsupported(ClientHello hello) {
        Conversation conversation = Conversation.of(Mode.NORMAL);
        assertRefused(AlertCode.UNSUPPORTED, "", () -> conversation.receiveAtServer(hello.encode()));
    }

    private static void assertRefused(AlertCode code, String reason, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(ProtocolException.class, e -> {
            assertThat(e.code()).isEqualTo(code);
            assertThat(e.reason()).contains(reason);
        });
    }

    private static HandshakeMessage decode(Bytes bytes) throws ProtocolException {
        return HandshakeMessage.decode(Reader.of(bytes));
    }

    private static List<String> epochs(List<Action> actions) {
        return actions.stream()
                .flatMap(action -> switch (action) {
                    case ChangeSendingKeys change -> Stream.of("send " + change.epoch());
                    case ChangeReceivingKeys change -> Stream.of("receive " + change.epoch());
                    default -> Stream.empty();
                })
                .toList();
    }

    private static SessionId sessionOf(Action action) {
        return ((ChangeSendingKeys) action).session();
    }
}
