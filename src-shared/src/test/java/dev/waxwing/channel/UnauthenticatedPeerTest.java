package dev.waxwing.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.handshake.Action;
import dev.waxwing.handshake.DeviceHandshake;
import dev.waxwing.handshake.DevicePurpose;
import dev.waxwing.recordlayer.ContentType;
import dev.waxwing.recordlayer.Direction;
import dev.waxwing.trust.PeerVerifier;
import dev.waxwing.trust.Role;
import dev.waxwing.trust.StapledStatus;
import dev.waxwing.trust.TestPki;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.TruncatedException;
import dev.waxwing.wire.Writer;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What somebody may cost a server before they have shown who they are (protocol section 12). */
@Timeout(60)
class UnauthenticatedPeerTest {

    private static final int BUDGET = 16 * 1_024;

    /** The eight bytes in which an idle stream waits are not of the pool. */
    private static final int WAITING = 8;

    @Test
    void a_connection_takes_16_KiB_at_most_before_its_hello_is_whole() throws Exception {
        CountingCrypto crypto = new CountingCrypto();
        try (Loopback loopback = new Loopback().limits(HostileStreamTest.limits(1_000, 1_500, 2_000))) {
            loopback.serverCrypto = crypto;
            CompletableFuture<Accepted> accepted = loopback.accept();
            try (RawPeer peer = new RawPeer(loopback.dial())) {
                // The largest record that can hold a ClientHello, but for its last byte.
                peer.send("d501000000002001").send(Bytes.of(new byte[8_192]));
                peer.expectSilence();
            }
            assertThatThrownBy(() -> Loopback.get(accepted))
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessageContaining("ClientHello");
            assertThat(crypto.allocated()).isEqualTo(BUDGET - WAITING);
        }
    }

    @Test
    void memory_grows_with_what_has_arrived_and_not_with_what_was_promised() throws Exception {
        CountingCrypto crypto = new CountingCrypto();
        try (Loopback loopback = new Loopback().limits(HostileStreamTest.limits(1_000, 1_200, 2_000))) {
            loopback.serverCrypto = crypto;
            CompletableFuture<Accepted> accepted = loopback.accept();
            try (RawPeer peer = new RawPeer(loopback.dial())) {
                peer.send("d501000000002001").send(Bytes.of(new byte[100]));
                peer.expectSilence();
            }
            assertThatThrownBy(() -> Loopback.get(accepted)).isInstanceOf(SocketTimeoutException.class);
            assertThat(crypto.allocated()).isEqualTo(4_096);
        }
    }

    @Test
    void a_connection_that_says_nothing_takes_no_buffer() throws Exception {
        CountingCrypto crypto = new CountingCrypto();
        try (Loopback loopback = new Loopback().limits(HostileStreamTest.limits(100, 1_000, 2_000))) {
            loopback.serverCrypto = crypto;
            CompletableFuture<Accepted> accepted = loopback.accept();
            try (RawPeer peer = new RawPeer(loopback.dial())) {
                peer.expectSilence();
            }
            assertThatThrownBy(() -> Loopback.get(accepted)).isInstanceOf(SocketTimeoutException.class);
            assertThat(crypto.allocated()).isZero();
        }
    }

    @Test
    void a_sender_that_drips_is_cut_off_at_the_deadline_of_its_hello() throws Exception {
        try (Loopback loopback = new Loopback().limits(HostileStreamTest.limits(500, 700, 10_000));
                ScheduledExecutorService drip = Executors.newSingleThreadScheduledExecutor();
                RawPeer peer = new RawPeer(loopback.dial())) {
            CompletableFuture<Accepted> accepted = loopback.accept();
            peer.send("d501000000002001");
            drip.scheduleAtFixedRate(() -> drip(peer), 0, 20, TimeUnit.MILLISECONDS);
            assertThatThrownBy(() -> Loopback.get(accepted))
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessageContaining("ClientHello");
            drip.shutdownNow();
        }
    }

    @Test
    void a_device_that_does_not_finish_its_certificate_is_cut_off_at_the_deadline_of_the_handshake() throws Exception {
        List<Bytes> record = new ArrayList<>();
        try (Loopback loopback = new Loopback().limits(HostileStreamTest.limits(500, 1_000, 2_000));
                Relay relay = loopback.relay().toServer((n, sent) -> {
                    if (n > 0) {
                        record.add(sent);
                        return List.of(sent.slice(0, 9));
                    }
                    return List.of(sent);
                })) {
            CompletableFuture<Accepted> accepted = loopback.accept();
            assertThatThrownBy(() -> loopback.deviceEndpoint()
                            .connect(relay.dial(), loopback.pki.issue(Role.DEVICE, "camera-1"), loopback.pki.root()))
                    .isInstanceOf(TruncatedException.class);
            assertThatThrownBy(() -> Loopback.get(accepted))
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessageContaining("handshake");
            assertThat(record).isNotEmpty();
        }
    }

    @Test
    void a_peer_that_does_not_read_holds_no_thread_beyond_the_deadline_of_the_handshake() throws Exception {
        try (Loopback loopback = new Loopback().limits(HostileStreamTest.limits(500, 700, 1_000))) {
            // A flight that does not fit into the buffers of these sockets.
            loopback.staple = Bytes.of(new byte[16_000]);
            try (SocketChannel peer = loopback.dial(2_048)) {
                SocketChannel socket = loopback.acceptRaw().setOption(StandardSocketOptions.SO_SNDBUF, 2_048);
                CompletableFuture<Accepted> accepted = loopback.accept(() -> socket);
                peer.write(hello(loopback).asByteBuffer());
                assertThatThrownBy(() -> Loopback.get(accepted))
                        .isInstanceOf(SocketTimeoutException.class)
                        .hasMessageContaining("handshake");
                assertThat(new RawPeer(peer).rest().size()).isBetween(1, 15_999);
            }
        }
    }

    @Test
    void a_peer_of_a_session_that_does_not_read_ends_it() throws Exception {
        Duration idle = Duration.ofMillis(300);
        try (Loopback loopback = new Loopback();
                ScheduledExecutorService talk = Executors.newSingleThreadScheduledExecutor();
                RawPeer peer = new RawPeer(loopback.dial());
                SocketChannel near = loopback.acceptRaw()) {
            CryptoProvider crypto = CryptoProvider.best();
            RecordStream stream = new RecordStream(
                    near,
                    crypto,
                    new SecureRandom(),
                    new BufferPool(crypto),
                    Direction.SERVER_TO_DEVICE,
                    Direction.DEVICE_TO_SERVER);
            // It talks all the time, so it is not for silence that it is cut off.
            talk.scheduleAtFixedRate(() -> drip(peer), 0, 20, TimeUnit.MILLISECONDS);
            Thread.startVirtualThread(() -> {
                try {
                    stream.drain();
                } catch (IOException e) {
                    // Closed, as it should be.
                }
            });
            try (Timetable times = new Timetable(e -> {}, new Heartbeat(stream, idle, false, ping -> {})::tick)) {
                times.start(Duration.ZERO);
                assertThatThrownBy(() -> {
                            while (stream.isOpen()) {
                                stream.write(ContentType.HANDSHAKE, Bytes.of(new byte[60_000]));
                            }
                        })
                        .isInstanceOf(TruncatedException.class)
                        .hasMessageContaining("did not read");
            }
            talk.shutdownNow();
        }
    }

    @Test
    void every_refusal_of_one_code_has_the_same_bytes() throws Exception {
        Set<String> alerts = new HashSet<>();
        for (String hex : List.of(
                "d500000000000005 0100000001",
                "d501000000ffffff",
                "d501000000000006 010000000100",
                "d501000000000005 7f00000001",
                "d501000000000006 01000002ff01")) {
            try (Loopback loopback = new Loopback()) {
                loopback.accept();
                try (RawPeer peer = new RawPeer(loopback.dial())) {
                    alerts.add(peer.send(hex).rest().hex());
                }
            }
        }
        assertThat(alerts).hasSize(1).allSatisfy(hex -> assertThat(hex).hasSize(2 * (8 + 32 + 1)));
    }

    /** The plain record of a ClientHello. */
    private static Bytes hello(Loopback loopback) {
        PeerVerifier servers = new PeerVerifier(loopback.pki.root(), Role.SERVER, new StapledStatus(), TestPki.CLOCK);
        try (DeviceHandshake handshake = new DeviceHandshake(
                CryptoProvider.best(),
                loopback.random,
                loopback.devicePolicy.suites(),
                new DevicePurpose.Normal(loopback.pki.issue(Role.DEVICE, "camera-1"), servers))) {
            Bytes messages = ((Action.Send) handshake.start().getFirst()).messages();
            Bytes inner = Writer.growing().bytes(messages).u8(0x01).toBytes();
            return Writer.growing().u8(0xD5).u8(1).u24(0).vec24(inner).toBytes();
        }
    }

    private static void drip(RawPeer peer) {
        try {
            peer.send(Bytes.of((byte) 0));
        } catch (IOException e) {
            // Cut off, as it should be.
        }
    }
}
