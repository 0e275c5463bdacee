package dev.waxwing.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Protocol section 8: every state of both roles and modes meets every message. */
class StateMatrixTest {

    private static final List<Class<? extends HandshakeMessage>> TO_SERVER =
            List.of(ClientHello.class, Certificate.class, CertificateVerify.class, Finished.class);
    private static final List<Class<? extends HandshakeMessage>> TO_ENROLLING_SERVER =
            List.of(ClientHello.class, Finished.class, EnrolRequest.class);
    private static final List<Class<? extends HandshakeMessage>> TO_DEVICE = List.of(
            ServerHello.class,
            EncryptedExtensions.class,
            CertificateRequest.class,
            Certificate.class,
            CertificateVerify.class,
            Finished.class,
            SessionAccept.class);
    private static final List<Class<? extends HandshakeMessage>> TO_ENROLLING_DEVICE = List.of(
            ServerHello.class,
            EncryptedExtensions.class,
            Certificate.class,
            CertificateVerify.class,
            Finished.class,
            EnrolResponse.class);

    static Stream<Arguments> serverCells() {
        return Stream.concat(cells(Mode.NORMAL, TO_SERVER), cells(Mode.ENROLMENT, TO_ENROLLING_SERVER));
    }

    static Stream<Arguments> deviceCells() {
        return Stream.concat(cells(Mode.NORMAL, TO_DEVICE), cells(Mode.ENROLMENT, TO_ENROLLING_DEVICE));
    }

    /** One for each number of messages that were received in order, the final state included. */
    private static Stream<Arguments> cells(Mode mode, List<Class<? extends HandshakeMessage>> order) {
        return IntStream.rangeClosed(0, order.size()).mapToObj(received -> Arguments.of(mode, received, order));
    }

    @ParameterizedTest
    @MethodSource("serverCells")
    void server_refuses_all_but_the_message_it_expects(
            Mode mode, int received, List<Class<? extends HandshakeMessage>> order) throws Exception {
        for (HandshakeMessage message : MessageSamples.all()) {
            Conversation conversation = Conversation.of(mode).start();
            assertThat(conversation.untilServerReceived(received)).isTrue();
            if (received < order.size() && order.get(received).isInstance(message)) {
                assertThat(conversation.untilServerReceived(1)).isTrue();
            } else {
                assertUnexpected(message, () -> conversation.receiveAtServer(message.encode()));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("deviceCells")
    void device_refuses_all_but_the_message_it_expects(
            Mode mode, int received, List<Class<? extends HandshakeMessage>> order) throws Exception {
        for (HandshakeMessage message : MessageSamples.all()) {
            Conversation conversation = Conversation.of(mode).start();
            assertThat(conversation.untilDeviceReceived(received)).isTrue();
            if (received < order.size() && order.get(received).isInstance(message)) {
                assertThat(conversation.untilDeviceReceived(1)).isTrue();
            } else {
                assertUnexpected(message, () -> conversation.receiveAtDevice(message.encode()));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("finals")
    void nothing_is_legal_while_the_application_decides(Mode mode, int received) throws Exception {
        for (HandshakeMessage message : MessageSamples.all()) {
            Conversation conversation = Conversation.of(mode).start();
            assertThat(conversation.untilServerReceived(received - 1)).isTrue();
            Bytes last = conversation.nextToServer();
            // Past the fixture, which would answer for the application at once.
            conversation.server.receive(last.asByteBuffer());
            assertUnexpected(message, () -> conversation.receiveAtServer(message.encode()));
        }
    }

    static Stream<Arguments> finals() {
        return Stream.of(
                Arguments.of(Mode.NORMAL, TO_SERVER.size()), Arguments.of(Mode.ENROLMENT, TO_ENROLLING_SERVER.size()));
    }

    private static void assertUnexpected(HandshakeMessage message, ThrowingCallable receive) {
        assertThatThrownBy(receive).isInstanceOfSatisfying(ProtocolException.class, e -> {
            assertThat(e.code()).isEqualTo(AlertCode.PROTOCOL_ERROR);
            assertThat(e.reason()).startsWith(message.getClass().getSimpleName() + " in state ");
        });
    }
}
