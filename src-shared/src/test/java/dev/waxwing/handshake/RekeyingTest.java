package dev.waxwing.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.waxwing.crypto.Aead;
import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.handshake.Action.ChangeReceivingKeys;
import dev.waxwing.handshake.Action.ChangeSendingKeys;
import dev.waxwing.handshake.Action.Connect;
import dev.waxwing.handshake.Action.Ratcheted;
import dev.waxwing.handshake.Action.Send;
import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Protocol section 10. */
class RekeyingTest {

    private static final CryptoProvider CRYPTO = CryptoProvider.best();
    private static final SecureRandom RANDOM = new SecureRandom();

    /** The two ends of a session, and what each has been given to do. */
    private static final class Ends {

        final End device;
        final End server;

        Ends() throws ProtocolException {
            Conversation conversation = Conversation.of(Mode.NORMAL).start();
            conversation.run();
            device = new End(((Connect) conversation.deviceActions.getLast()).rekeying());
            server = new End(((Connect) conversation.serverActions.getLast()).rekeying());
        }

        End end(boolean ofDevice) {
            return ofDevice ? device : server;
        }

        /** Passes on what waits, until nothing does. */
        void run() throws ProtocolException {
            while (!device.toSend.isEmpty() || !server.toSend.isEmpty()) {
                if (!device.toSend.isEmpty()) {
                    server.receive(device.toSend.removeFirst());
                } else {
                    device.receive(server.toSend.removeFirst());
                }
            }
        }

        void assertSameKeys() {
            same(device, server);
            same(server, device);
            assertThat(device.sending.epoch()).isEqualTo(server.receiving.epoch());
            assertThat(server.sending.epoch()).isEqualTo(device.receiving.epoch());
        }

        private static void same(End from, End to) {
            ByteBuffer text = CRYPTO.allocate(40).limit(24);
            CRYPTO.aead(from.sending.keys(), RANDOM).seal(0, new byte[35], text);
            try (Aead aead = CRYPTO.aead(to.receiving.keys(), RANDOM)) {
                assertThatCode(() -> aead.open(0, new byte[35], text)).doesNotThrowAnyException();
            }
        }
    }

    private static final class End {

        final Rekeying rekeying;
        final List<Bytes> toSend = new ArrayList<>();
        final List<Action> all = new ArrayList<>();
        ChangeSendingKeys sending;
        ChangeReceivingKeys receiving;
        long ratchet;

        End(Rekeying rekeying) {
            this.rekeying = rekeying;
        }

        void ratchet() {
            take(rekeying.ratchet());
        }

        void updateKey() {
            take(rekeying.updateKey());
        }

        void receive(Bytes message) throws ProtocolException {
            take(rekeying.receive(message.asByteBuffer(), 1));
        }

        private void take(List<Action> actions) {
            all.addAll(actions);
            for (Action action : actions) {
                switch (action) {
                    case Send(Bytes message) -> toSend.add(message);
                    case ChangeSendingKeys change -> sending = change;
                    case ChangeReceivingKeys change -> receiving = change;
                    case Ratcheted(long number) -> ratchet = number;
                    default -> throw new AssertionError(action);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_key_update_changes_one_direction_and_both_ends_agree(boolean byDevice) throws Exception {
        Ends ends = new Ends();
        End from = ends.end(byDevice);
        End to = ends.end(!byDevice);
        for (int i = 0; i < 3; i++) {
            from.updateKey();
            ends.run();
            Ends.same(from, to);
        }
        assertThat(from.sending.epoch()).isEqualTo(5);
        assertThat(to.receiving.epoch()).isEqualTo(5);
        assertThat(from.receiving).isNull();
        assertThat(to.sending).isNull();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_ratchet_changes_both_directions_and_both_ends_agree(boolean byDevice) throws Exception {
        Ends ends = new Ends();
        for (int n = 1; n <= 3; n++) {
            ends.end(byDevice).ratchet();
            ends.run();
            ends.assertSameKeys();
            assertThat(ends.device.ratchet).isEqualTo(n);
            assertThat(ends.server.ratchet).isEqualTo(n);
            assertThat(ends.device.sending.epoch()).isEqualTo(2 + n);
        }
    }

    @Test
    void the_initiator_sends_under_the_new_key_after_finish_and_the_responder_after_done() throws Exception {
        Ends ends = new Ends();
        ends.device.ratchet();
        ends.server.receive(ends.device.toSend.removeFirst());
        assertThat(ends.server.sending).isNull();
        ends.device.receive(ends.server.toSend.removeFirst());
        assertThat(ends.device.all.getLast()).isInstanceOf(ChangeSendingKeys.class);
        assertThat(ends.device.receiving).isNull();
        assertThat(ends.device.rekeying.ratchets()).isZero();
        ends.server.receive(ends.device.toSend.removeFirst());
        assertThat(ends.server.all.stream().map(Object::getClass).toList())
                .containsExactly(
                        Send.class, ChangeReceivingKeys.class, Send.class, ChangeSendingKeys.class, Ratcheted.class);
        ends.device.receive(ends.server.toSend.removeFirst());
        assertThat(ends.device.rekeying.ratchets()).isEqualTo(1);
        ends.assertSameKeys();
    }

    @Test
    void when_requests_cross_the_servers_counts() throws Exception {
        Ends ends = new Ends();
        ends.device.ratchet();
        ends.server.ratchet();
        Bytes fromDevice = ends.device.toSend.removeFirst();
        ends.server.receive(fromDevice);
        assertThat(ends.server.toSend).hasSize(1);
        ends.run();
        ends.assertSameKeys();
        assertThat(ends.device.ratchet).isEqualTo(1);
        assertThat(ends.server.ratchet).isEqualTo(1);
        assertThat(ends.device.rekeying.isRatcheting()).isFalse();
        assertThat(ends.server.rekeying.isRatcheting()).isFalse();
        // And the session goes on.
        ends.device.ratchet();
        ends.run();
        ends.assertSameKeys();
    }

    @Test
    void a_server_drops_one_crossing_request_and_no_more() throws Exception {
        Ends ends = new Ends();
        ends.server.ratchet();
        ends.device.ratchet();
        Bytes request = ends.device.toSend.getFirst();
        ends.server.receive(request);
        refused(AlertCode.PROTOCOL_ERROR, () -> ends.server.receive(request));
    }

    @Test
    void key_updates_on_the_way_when_a_ratchet_begins_are_legal_and_signed() throws Exception {
        Ends ends = new Ends();
        ends.server.updateKey();
        ends.device.ratchet();
        ends.server.updateKey();
        ends.server.receive(ends.device.toSend.removeFirst());
        ends.run();
        ends.assertSameKeys();
        assertThat(ends.server.sending.epoch()).isEqualTo(5);
        assertThat(ends.device.sending.epoch()).isEqualTo(3);
    }

    @Test
    void no_key_is_updated_while_a_ratchet_is_under_way() throws Exception {
        Ends ends = new Ends();
        ends.device.ratchet();
        assertThat(ends.device.rekeying.updateKey()).isEmpty();
        assertThat(ends.device.rekeying.ratchet()).isEmpty();
        ends.server.receive(ends.device.toSend.removeFirst());
        assertThat(ends.server.rekeying.updateKey()).isEmpty();
        assertThat(ends.server.rekeying.ratchet()).isEmpty();
    }

    @Test
    void refuses_a_key_update_that_is_the_first_record_of_its_epoch() throws Exception {
        Ends ends = new Ends();
        ByteBuffer update = new KeyUpdate().encode().asByteBuffer();
        refused(AlertCode.PROTOCOL_ERROR, () -> ends.server.rekeying.receive(update, 0));
    }

    @Test
    void refuses_two_messages_in_one_record() throws Exception {
        Ends ends = new Ends();
        Bytes twice = Bytes.concat(new KeyUpdate().encode(), new KeyUpdate().encode());
        refused(AlertCode.PROTOCOL_ERROR, () -> ends.server.receive(twice));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 2, 0xFFFF_FFFFL})
    void refuses_a_ratchet_with_another_number_than_the_next(long number) throws Exception {
        Ends ends = new Ends();
        ends.device.ratchet();
        RatchetRequest request = message(ends.device.toSend.removeFirst(), RatchetRequest.class);
        RatchetRequest other = new RatchetRequest(number, request.keyShare(), Bytes.EMPTY);
        refused(AlertCode.PROTOCOL_ERROR, () -> ends.server.receive(other.encode()));
        ends.server.ratchet();
        refused(AlertCode.PROTOCOL_ERROR, () -> ends.server.receive(other.encode()));
    }

    @Test
    void a_ratchet_that_is_repeated_is_refused() throws Exception {
        Ends ends = new Ends();
        ends.device.ratchet();
        Bytes request = ends.device.toSend.getFirst();
        ends.run();
        refused(AlertCode.PROTOCOL_ERROR, () -> ends.server.receive(request));
    }

    @Test
    void refuses_a_status_from_a_device() throws Exception {
        Ends ends = new Ends();
        ends.device.ratchet();
        RatchetRequest request = message(ends.device.toSend.removeFirst(), RatchetRequest.class);
        refused(
                AlertCode.PROTOCOL_ERROR,
                () -> ends.server.receive(new RatchetRequest(1, request.keyShare(), Bytes.fromHex("30")).encode()));
    }

    @Test
    void a_device_refuses_a_ratchet_without_a_current_status() throws Exception {
        Ends ends = new Ends();
        ends.server.ratchet();
        RatchetRequest request = message(ends.server.toSend.removeFirst(), RatchetRequest.class);
        refused(
                AlertCode.AUTH_FAILED,
                () -> ends.device.receive(new RatchetRequest(1, request.keyShare(), Bytes.EMPTY).encode()));
    }

    /** Whoever has the traffic keys, but no long-term key, can put shares of his own in the place of the ends'. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void refuses_a_share_that_was_replaced_on_the_way(boolean byDevice) throws Exception {
        Bytes replaced = firstShare();
        changedRequest(byDevice, request -> new RatchetRequest(1, replaced, request.status()));
        Bytes answer = firstAnswer();
        changedResponse(byDevice, response -> new RatchetResponse(answer, response.status(), response.signature()));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void refuses_a_response_whose_signature_was_changed(boolean byDevice) throws Exception {
        changedResponse(
                byDevice,
                response -> new RatchetResponse(response.keyShare(), response.status(), flipped(response.signature())));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void refuses_a_finish_whose_signature_was_changed(boolean byDevice) throws Exception {
        Ends ends = new Ends();
        End initiator = ends.end(byDevice);
        End responder = ends.end(!byDevice);
        initiator.ratchet();
        responder.receive(initiator.toSend.removeFirst());
        initiator.receive(responder.toSend.removeFirst());
        RatchetFinish finish = message(initiator.toSend.removeFirst(), RatchetFinish.class);
        Bytes changed = new RatchetFinish(flipped(finish.signature())).encode();
        refused(AlertCode.AUTH_FAILED, () -> responder.receive(changed));
    }

    @Test
    void a_signature_of_another_session_or_of_a_handshake_serves_no_ratchet() throws Exception {
        Ends one = new Ends();
        Ends other = new Ends();
        one.device.ratchet();
        other.device.ratchet();
        Bytes request = one.device.toSend.removeFirst();
        one.server.receive(request);
        other.server.receive(request);
        Bytes responseOfOther = other.server.toSend.removeFirst();
        refused(AlertCode.AUTH_FAILED, () -> one.device.receive(responseOfOther));
    }

    @Test
    void epochs_that_do_not_agree_make_the_signatures_disagree() throws Exception {
        Ends ends = new Ends();
        // As if somebody with the traffic keys had made the device believe in a KeyUpdate that the server never sent.
        ends.device.receive(new KeyUpdate().encode());
        ends.device.ratchet();
        ends.server.receive(ends.device.toSend.removeFirst());
        refused(AlertCode.AUTH_FAILED, () -> ends.device.receive(ends.server.toSend.removeFirst()));
    }

    @Test
    void every_secret_is_wiped_with_the_session() throws Exception {
        Ends ends = new Ends();
        ends.device.ratchet();
        ends.device.rekeying.close();
        ends.server.rekeying.close();
        assertThatThrownBy(ends.server::updateKey).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> ends.server.receive(ends.device.toSend.getFirst()))
                .isInstanceOf(IllegalStateException.class);
    }

    /** The states of section 10.3, each with how to get there and what is legal in it. */
    private enum Place {
        STEADY(Set.of(KeyUpdate.class, RatchetRequest.class)),
        AWAIT_RESPONSE(Set.of(KeyUpdate.class, RatchetRequest.class, RatchetResponse.class)),
        AWAIT_RESPONSE_ONLY(Set.of(RatchetResponse.class)),
        AWAIT_FINISH(Set.of(RatchetFinish.class)),
        AWAIT_DONE(Set.of(RatchetDone.class));

        private final Set<Class<? extends HandshakeMessage>> legal;

        Place(Set<Class<? extends HandshakeMessage>> legal) {
            this.legal = legal;
        }

        /** The end under test, in this state. */
        private End reach(boolean ofDevice) throws ProtocolException {
            Ends ends = new Ends();
            End end = ends.end(ofDevice);
            End peer = ends.end(!ofDevice);
            switch (this) {
                case STEADY -> {}
                case AWAIT_RESPONSE -> end.ratchet();
                case AWAIT_RESPONSE_ONLY -> {
                    end.ratchet();
                    peer.ratchet();
                    end.receive(peer.toSend.removeFirst());
                }
                case AWAIT_FINISH -> {
                    peer.ratchet();
                    end.receive(peer.toSend.removeFirst());
                }
                case AWAIT_DONE -> {
                    end.ratchet();
                    peer.receive(end.toSend.removeFirst());
                    end.receive(peer.toSend.removeFirst());
                }
            }
            return end;
        }
    }

    @ParameterizedTest
    @EnumSource(Place.class)
    void a_server_refuses_all_that_its_state_does_not_expect(Place place) throws Exception {
        refusesTheRest(place, false);
    }

    @ParameterizedTest
    @EnumSource(
            value = Place.class,
            names = {"STEADY", "AWAIT_RESPONSE", "AWAIT_FINISH", "AWAIT_DONE"})
    void a_device_refuses_all_that_its_state_does_not_expect(Place place) throws Exception {
        refusesTheRest(place, true);
    }

    private static void refusesTheRest(Place place, boolean ofDevice) throws Exception {
        for (HandshakeMessage message : MessageSamples.all()) {
            End end = place.reach(ofDevice);
            ThrowingCallable receive = () -> end.receive(message.encode());
            if (place.legal.contains(message.getClass())) {
                assertNotUnexpected(receive);
            } else {
                assertThatThrownBy(receive).isInstanceOfSatisfying(ProtocolException.class, e -> {
                    assertThat(e.code()).isEqualTo(AlertCode.PROTOCOL_ERROR);
                    assertThat(e.reason()).startsWith(message.getClass().getSimpleName() + " in state ");
                });
            }
        }
    }

    /** It is looked at, whatever is wrong with it otherwise. */
    private static void assertNotUnexpected(ThrowingCallable receive) throws Exception {
        try {
            receive.call();
        } catch (ProtocolException e) {
            assertThat(e.reason()).doesNotContain("in state");
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    private static void changedRequest(boolean byDevice, UnaryOperator<RatchetRequest> change) throws Exception {
        Ends ends = new Ends();
        End initiator = ends.end(byDevice);
        End responder = ends.end(!byDevice);
        initiator.ratchet();
        RatchetRequest request = message(initiator.toSend.removeFirst(), RatchetRequest.class);
        responder.receive(change.apply(request).encode());
        refused(AlertCode.AUTH_FAILED, () -> initiator.receive(responder.toSend.removeFirst()));
    }

    private static void changedResponse(boolean byDevice, UnaryOperator<RatchetResponse> change) throws Exception {
        Ends ends = new Ends();
        End initiator = ends.end(byDevice);
        End responder = ends.end(!byDevice);
        initiator.ratchet();
        responder.receive(initiator.toSend.removeFirst());
        RatchetResponse response = message(responder.toSend.removeFirst(), RatchetResponse.class);
        Bytes changed = change.apply(response).encode();
        refused(AlertCode.AUTH_FAILED, () -> initiator.receive(changed));
    }

    private static Bytes firstShare() throws Exception {
        Ends ends = new Ends();
        ends.device.ratchet();
        return message(ends.device.toSend.removeFirst(), RatchetRequest.class).keyShare();
    }

    private static Bytes firstAnswer() throws Exception {
        Ends ends = new Ends();
        ends.device.ratchet();
        ends.server.receive(ends.device.toSend.removeFirst());
        return message(ends.server.toSend.removeFirst(), RatchetResponse.class).keyShare();
    }

    private static Bytes flipped(Bytes bytes) {
        byte[] copy = bytes.toArray();
        copy[copy.length - 1] ^= 1;
        return Bytes.of(copy);
    }

    private static <T extends HandshakeMessage> T message(Bytes encoded, Class<T> type) throws ProtocolException {
        return type.cast(HandshakeMessage.decode(Reader.of(encoded)));
    }

    private static void refused(AlertCode code, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        ProtocolException.class, e -> assertThat(e.code()).isEqualTo(code));
    }
}
