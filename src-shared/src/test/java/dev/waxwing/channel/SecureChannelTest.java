package dev.waxwing.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.crypto.Suite;
import dev.waxwing.wire.Alert;
import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.PeerAlertException;
import dev.waxwing.wire.TruncatedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class SecureChannelTest {

    static List<CryptoProvider> providers() {
        return Stream.concat(Stream.of(CryptoProvider.jdk()), CryptoProvider.conscrypt().stream())
                .toList();
    }

    static Stream<Arguments> suitesAndProviders() {
        return Stream.of(Suite.values())
                .flatMap(suite -> providers().stream()
                        .flatMap(device -> providers().stream().map(server -> Arguments.of(suite, device, server))));
    }

    @ParameterizedTest
    @MethodSource("suitesAndProviders")
    void carries_records_of_every_size_both_ways(Suite suite, CryptoProvider device, CryptoProvider server)
            throws Exception {
        try (Loopback loopback = new Loopback().suite(suite)) {
            loopback.deviceCrypto = device;
            loopback.serverCrypto = server;
            try (Loopback.Pair pair = loopback.session()) {
                assertThat(pair.device().sessionId()).isEqualTo(pair.server().sessionId());
                assertThat(pair.device().suite()).isEqualTo(suite);
                assertThat(pair.server().peer().name().value()).isEqualTo("camera-1");
                assertThat(pair.device().peer().name().value()).isEqualTo("server-1");
                assertThat(pair.device().grant()).isEqualTo(Loopback.GRANT);
                for (int size : new int[] {1, 2, 100, 4_095, 4_096, 12_289, 65_536, 66_048}) {
                    exchange(pair.device(), pair.server(), size);
                    exchange(pair.server(), pair.device(), size);
                }
            }
        }
    }

    @Test
    void carries_many_records_that_arrive_together() throws Exception {
        try (Loopback loopback = new Loopback();
                Loopback.Pair pair = loopback.session()) {
            CompletableFuture<Void> sender = CompletableFuture.runAsync(
                    () -> {
                        Random random = new Random(1);
                        for (int i = 0; i < 2_000; i++) {
                            int size = 1 + random.nextInt(1 + random.nextInt(66_048));
                            send(pair.device(), pattern(i, size));
                        }
                    },
                    Thread::startVirtualThread);
            Random random = new Random(1);
            for (int i = 0; i < 2_000; i++) {
                int size = 1 + random.nextInt(1 + random.nextInt(66_048));
                assertThat(Bytes.copyOf(pair.server().receive())).isEqualTo(pattern(i, size));
            }
            Loopback.get(sender);
            assertThat(pair.server().counters().recordsReceived()).isEqualTo(2_000);
            assertThat(pair.device().counters().bytesSent())
                    .isEqualTo(pair.server().counters().bytesReceived());
        }
    }

    @Test
    void closes_in_both_directions_without_an_error() throws Exception {
        try (Loopback loopback = new Loopback();
                Loopback.Pair pair = loopback.session()) {
            CompletableFuture<Boolean> server = CompletableFuture.supplyAsync(
                    () -> {
                        try {
                            boolean last = pair.server().receive() == null;
                            pair.server().close();
                            return last;
                        } catch (Exception e) {
                            throw new IllegalStateException(e);
                        }
                    },
                    Thread::startVirtualThread);
            pair.device().close();
            assertThat(Loopback.get(server)).isTrue();
            assertThat(pair.device().isOpen()).isFalse();
            assertThat(pair.server().isOpen()).isFalse();
        }
    }

    @Test
    void reports_a_stream_that_ends_without_close_as_truncated() throws Exception {
        try (Loopback loopback = new Loopback();
                Loopback.Pair pair = loopback.session()) {
            send(pair.device(), pattern(0, 10));
            assertThat(pair.server().receive()).isNotNull();
            pair.device().abort();
            assertThatThrownBy(pair.server()::receive).isInstanceOf(TruncatedException.class);
        }
    }

    @Test
    void tells_the_peer_with_one_alert() throws Exception {
        try (Loopback loopback = new Loopback();
                Loopback.Pair pair = loopback.session()) {
            Alert alert = new Alert(AlertCode.GOING_AWAY, Loopback.INCIDENT);
            CompletableFuture<Void> failing =
                    CompletableFuture.runAsync(() -> pair.server().fail(alert), Thread::startVirtualThread);
            assertThatThrownBy(pair.device()::receive)
                    .isInstanceOfSatisfying(
                            PeerAlertException.class, e -> assertThat(e.alert()).isEqualTo(alert));
            Loopback.get(failing);
            assertThat(pair.server().isOpen()).isFalse();
        }
    }

    static void exchange(SecureChannel from, SecureChannel to, int size) throws Exception {
        Bytes content = pattern(size, size);
        send(from, content);
        ByteBuffer received = to.receive();
        assertThat(received).isNotNull();
        assertThat(Bytes.copyOf(received)).isEqualTo(content);
    }

    static void send(SecureChannel channel, Bytes content) {
        try {
            OutgoingRecord record = channel.newRecord();
            record.buffer().put(content.asByteBuffer());
            channel.send(record);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Bytes pattern(int seed, int size) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return Bytes.of(bytes);
    }
}
