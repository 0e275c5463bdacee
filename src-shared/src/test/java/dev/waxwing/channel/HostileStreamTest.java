package dev.waxwing.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.waxwing.crypto.Suite;
import dev.waxwing.trust.Role;
import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.PeerAlertException;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.TruncatedException;
import dev.waxwing.wire.Writer;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams that no honest peer sends (protocol sections 2.3, 3, 11 and 12). */
@Timeout(60)
class HostileStreamTest {

    private static final int HANDSHAKE = 0x01;

    @Test
    void answers_a_foreign_protocol_with_silence() throws Exception {
        try (Loopback loopback = new Loopback()) {
            CompletableFuture<Accepted> accepted = loopback.accept();
            try (RawPeer peer = new RawPeer(loopback.dial())) {
                peer.send(Bytes.of("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
                peer.expectSilence();
            }
            assertThat(Loopback.refusal(accepted).alert()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // a type of record that does not exist
                "d500000000000005 0100000001",
                "d503000000000005 0100000001",
                // a protected record before there is a key
                "d502000001000011 0000000000000000000000000000000001",
                // a plain record that claims an epoch
                "d501000001000005 0100000001",
                // no payload
                "d501000000000000",
                // a header that promises more than any ClientHello, refused before it comes
                "d501000000002002",
                "d501000000ffffff",
                // padding in a plain record
                "d501000000000006 010000000100",
                // no content type, no content
                "d501000000000002 0000",
                "d501000000000001 01",
                // content types that are not legal in epoch 0
                "d501000000000005 0100000002",
                "d501000000000009 000000000000000005",
                // a ClientHello of no bytes, a handshake type that does not exist, half a head
                "d501000000000005 0100000001",
                "d501000000000005 7f00000001",
                "d501000000000003 010001",
                // a message that promises more than its record has
                "d501000000000006 01000002ff01",
            })
    void refuses_malformed_records_with_protocol_error(String hex) throws Exception {
        try (Loopback loopback = new Loopback()) {
            CompletableFuture<Accepted> accepted = loopback.accept();
            try (RawPeer peer = new RawPeer(loopback.dial())) {
                peer.send(hex);
                peer.expectAlert(AlertCode.PROTOCOL_ERROR);
            }
            assertThat(Loopback.refusal(accepted).alert()).isPresent();
        }
    }

    @Test
    void refuses_random_bytes_behind_the_first() throws Exception {
        Random random = new Random(20260601);
        try (Loopback loopback = new Loopback()) {
            for (int i = 0; i < 50; i++) {
                CompletableFuture<Accepted> accepted = loopback.accept();
                try (RawPeer peer = new RawPeer(loopback.dial())) {
                    byte[] garbage = new byte[1 + random.nextInt(200)];
                    random.nextBytes(garbage);
                    garbage[0] = (byte) 0xD5;
                    peer.send(Bytes.of(garbage)).endOutput();
                    assertThatThrownBy(() -> Loopback.get(accepted))
                            .isInstanceOfAny(RefusedHandshakeException.class, TruncatedException.class);
                }
            }
        }
    }

    @Test
    void a_stream_that_ends_inside_a_record_is_truncated() throws Exception {
        try (Loopback loopback = new Loopback()) {
            CompletableFuture<Accepted> accepted = loopback.accept();
            try (RawPeer peer = new RawPeer(loopback.dial())) {
                peer.send("d501000000000400 0100").endOutput();
                assertThatThrownBy(() -> Loopback.get(accepted)).isInstanceOf(TruncatedException.class);
            }
        }
    }

    @Test
    void refuses_a_version_that_it_does_not_speak_as_unsupported() throws Exception {
        assertAnswer(AlertCode.UNSUPPORTED, helloRecord(0x0003, 0x0001, 0x11EC));
    }

    @Test
    void refuses_a_group_that_it_does_not_speak_before_it_looks_at_the_share() throws Exception {
        assertAnswer(AlertCode.UNSUPPORTED, helloRecord(0x0002, 0x0001, 0x001D));
    }

    @Test
    void refuses_a_reserved_suite_as_unsupported() throws Exception {
        assertAnswer(AlertCode.UNSUPPORTED, helloRecord(0x0002, 0x0010, 0x11EC));
    }

    @Test
    void refuses_a_key_share_of_another_length_as_protocol_error() throws Exception {
        assertAnswer(AlertCode.PROTOCOL_ERROR, helloRecord(0x0002, 0x0001, 0x11EC));
    }

    private static void assertAnswer(AlertCode code, Bytes hello) throws Exception {
        try (Loopback loopback = new Loopback()) {
            loopback.accept();
            try (RawPeer peer = new RawPeer(loopback.dial())) {
                peer.sendPlain(hello).expectAlert(code);
            }
        }
    }

    @Test
    void closes_a_connection_whose_first_byte_does_not_come() throws Exception {
        try (Loopback loopback = new Loopback().limits(limits(100, 5_000, 10_000))) {
            CompletableFuture<Accepted> accepted = loopback.accept();
            try (RawPeer peer = new RawPeer(loopback.dial())) {
                peer.expectSilence();
                assertThatThrownBy(() -> Loopback.get(accepted))
                        .isInstanceOf(SocketTimeoutException.class)
                        .hasMessageContaining("first byte");
            }
        }
    }

    @Test
    void closes_a_connection_whose_hello_does_not_come() throws Exception {
        try (Loopback loopback = new Loopback().limits(limits(100, 200, 10_000))) {
            CompletableFuture<Accepted> accepted = loopback.accept();
            try (RawPeer peer = new RawPeer(loopback.dial())) {
                peer.send("d5").expectSilence();
                assertThatThrownBy(() -> Loopback.get(accepted))
                        .isInstanceOf(SocketTimeoutException.class)
                        .hasMessageContaining("ClientHello");
            }
        }
    }

    @Test
    void closes_a_connection_whose_handshake_stops_in_the_middle() throws Exception {
        try (Loopback loopback = new Loopback().limits(limits(1_000, 1_000, 1_500));
                Relay relay = loopback.relay().toServer((n, record) -> n == 0 ? List.of(record) : List.of())) {
            CompletableFuture<Accepted> accepted = loopback.accept();
            assertThatThrownBy(() -> loopback.deviceEndpoint()
                            .connect(relay.dial(), loopback.pki.issue(Role.DEVICE, "camera-1"), loopback.pki.root()))
                    .isInstanceOf(TruncatedException.class);
            assertThatThrownBy(() -> Loopback.get(accepted))
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessageContaining("handshake");
        }
    }

    /** What an attacker may do to the third to fifth records of a direction that carries one record each. */
    enum Attack {
        FLIP {
            @Override
            List<Bytes> on(int n, Bytes record) {
                byte[] bytes = record.toArray();
                bytes[bytes.length - 1 - n] ^= 1;
                return List.of(Bytes.of(bytes));
            }
        },
        FLIP_LENGTH {
            @Override
            List<Bytes> on(int n, Bytes record) {
                byte[] bytes = record.toArray();
                bytes[7] ^= 1;
                return List.of(Bytes.of(bytes));
            }
        },
        FLIP_EPOCH {
            @Override
            List<Bytes> on(int n, Bytes record) {
                byte[] bytes = record.toArray();
                bytes[4] ^= 1;
                return List.of(Bytes.of(bytes));
            }
        },
        DROP {
            @Override
            List<Bytes> on(int n, Bytes record) {
                return List.of();
            }
        },
        DOUBLE {
            @Override
            List<Bytes> on(int n, Bytes record) {
                return List.of(record, record);
            }
        },
        REFLECT_OLD {
            @Override
            List<Bytes> on(int n, Bytes record) {
                return List.of(Bytes.fromHex("d502000002000021" + "00".repeat(33)), record);
            }
        };

        abstract List<Bytes> on(int n, Bytes record);
    }

    @ParameterizedTest
    @EnumSource(Attack.class)
    void a_record_that_was_tampered_with_ends_the_session(Attack attack) throws Exception {
        for (Suite suite : Suite.values()) {
            // Two records of handshake, then the application's: the third of those is attacked.
            try (Loopback loopback = new Loopback().suite(suite);
                    Relay relay =
                            loopback.relay().toServer((n, record) -> n == 4 ? attack.on(n, record) : List.of(record))) {
                CompletableFuture<Accepted> accepted = loopback.accept();
                SecureChannel device = loopback.deviceEndpoint()
                        .connect(relay.dial(), loopback.pki.issue(Role.DEVICE, "camera-1"), loopback.pki.root());
                SecureChannel server = ((Accepted.Connected) Loopback.get(accepted)).channel();
                for (int i = 0; i < 5; i++) {
                    SecureChannelTest.send(device, SecureChannelTest.pattern(i, 100));
                }
                assertOrderedThenRefused(server, attack == Attack.DOUBLE ? 3 : 2);
                assertThatThrownBy(device::receive).isInstanceOfSatisfying(PeerAlertException.class, e -> {
                    assertThat(e.alert().code()).isEqualTo(AlertCode.PROTOCOL_ERROR);
                    assertThat(e.alert().incident()).isEqualTo(Loopback.INCIDENT);
                });
            }
        }
    }

    @Test
    void swapped_records_end_the_session() throws Exception {
        List<Bytes> held = new CopyOnWriteArrayList<>();
        try (Loopback loopback = new Loopback();
                Relay relay = loopback.relay().toServer((n, record) -> switch (n) {
                    case 3 -> {
                        held.add(record);
                        yield List.of();
                    }
                    case 4 -> List.of(record, held.getFirst());
                    default -> List.of(record);
                })) {
            CompletableFuture<Accepted> accepted = loopback.accept();
            SecureChannel device = loopback.deviceEndpoint()
                    .connect(relay.dial(), loopback.pki.issue(Role.DEVICE, "camera-1"), loopback.pki.root());
            SecureChannel server = ((Accepted.Connected) Loopback.get(accepted)).channel();
            for (int i = 0; i < 5; i++) {
                SecureChannelTest.send(device, SecureChannelTest.pattern(i, 100));
            }
            assertOrderedThenRefused(server, 1);
            device.abort();
        }
    }

    @Test
    void a_record_cannot_be_moved_into_another_session() throws Exception {
        List<Bytes> stolen = new CopyOnWriteArrayList<>();
        try (Loopback loopback = new Loopback();
                Relay first = loopback.relay();
                Relay second = loopback.relay().toServer((n, record) -> n == 2 ? stolen : List.of(record))) {
            for (Relay relay : List.of(first, second)) {
                CompletableFuture<Accepted> accepted = loopback.accept();
                SecureChannel device = loopback.deviceEndpoint()
                        .connect(relay.dial(), loopback.pki.issue(Role.DEVICE, "camera-1"), loopback.pki.root());
                SecureChannel server = ((Accepted.Connected) Loopback.get(accepted)).channel();
                SecureChannelTest.send(device, SecureChannelTest.pattern(0, 100));
                if (relay == first) {
                    assertThat(server.receive()).isNotNull();
                    stolen.add(first.fromDevice.getLast());
                } else {
                    assertOrderedThenRefused(server, 0);
                }
                device.abort();
                server.abort();
            }
        }
    }

    private static void assertOrderedThenRefused(SecureChannel server, int good) throws Exception {
        for (int i = 0; i < good; i++) {
            assertThat(Bytes.copyOf(server.receive())).isEqualTo(SecureChannelTest.pattern(i, 100));
        }
        assertThatThrownBy(server::receive).isInstanceOfSatisfying(ProtocolException.class, e -> {
            assertThat(e.code()).isEqualTo(AlertCode.PROTOCOL_ERROR);
            server.fail(e);
        });
    }

    static HandshakeLimits limits(int firstByte, int clientHello, int handshake) {
        return new HandshakeLimits(
                Duration.ofMillis(firstByte), Duration.ofMillis(clientHello), Duration.ofMillis(handshake));
    }

    /** A ClientHello with a key share that is too short, as the inner form of a plain record. */
    private static Bytes helloRecord(int version, int suite, int group) {
        return Writer.growing()
                .u8(0x01)
                .vec24(body -> body.zeros(32)
                        .u8(0)
                        .vec8(versions -> versions.u16(version))
                        .vec8(suites -> suites.u16(suite))
                        .u16(group)
                        .vec16(Bytes.of(new byte[32]))
                        .vec8(schemes -> schemes.u16(0x0403))
                        .u24(66_048)
                        .u16(0))
                .u8(HANDSHAKE)
                .toBytes();
    }
}
