package dev.waxwing.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.handshake.RekeyPolicy;
import dev.waxwing.handshake.SessionTerms;
import dev.waxwing.recordlayer.ContentType;
import dev.waxwing.recordlayer.Direction;
import dev.waxwing.trust.Credential;
import dev.waxwing.trust.Role;
import dev.waxwing.trust.TestPki;
import dev.waxwing.wire.Alert;
import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.PeerAlertException;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.TruncatedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Protocol sections 11.2 and 12: how a session lives and ends. */
@Timeout(60)
class SessionLifeTest {

    @Test
    void a_device_that_has_nothing_to_say_pings_and_the_server_answers() throws Exception {
        SessionTerms terms = new SessionTerms(Duration.ofHours(1), Duration.ofSeconds(5), RekeyPolicy.laziest());
        try (Loopback loopback = new Loopback().terms(terms);
                Loopback.Pair pair = loopback.session()) {
            CompletableFuture<ByteBuffer> device = receive(pair.device());
            CompletableFuture<ByteBuffer> server = receive(pair.server());
            // SessionAccept was the first record of this key, the pong is the second.
            while (pair.device().counters().recordsReceived() < 2) {
                Thread.onSpinWait();
                assertThat(device).isNotCompletedExceptionally();
                assertThat(server).isNotCompletedExceptionally();
            }
            assertThat(pair.server().counters().recordsReceived()).isEqualTo(1);
        }
    }

    @Test
    void a_silent_peer_ends_the_session() throws Exception {
        try (Loopback loopback = new Loopback();
                SocketChannel near = loopback.dial();
                SocketChannel _ = loopback.acceptRaw()) {
            RecordStream stream = stream(near);
            try (Timetable times =
                    new Timetable(e -> {}, new Heartbeat(stream, Duration.ofMillis(100), false, ping -> {})::tick)) {
                times.start(Duration.ZERO);
                assertThatThrownBy(stream::read)
                        .isInstanceOf(TruncatedException.class)
                        .hasMessageContaining("silent");
            }
        }
    }

    @Test
    void at_most_one_ping_is_unanswered() throws Exception {
        BlockingQueue<Bytes> pings = new ArrayBlockingQueue<>(10);
        try (Loopback loopback = new Loopback();
                SocketChannel near = loopback.dial();
                SocketChannel _ = loopback.acceptRaw()) {
            RecordStream stream = stream(near);
            Heartbeat heartbeat = new Heartbeat(stream, Duration.ofMillis(600), true, pings::add);
            try (Timetable times = new Timetable(e -> {}, heartbeat::tick)) {
                times.start(Duration.ZERO);
                Bytes first = pings.poll(5, TimeUnit.SECONDS);
                assertThatThrownBy(stream::read).hasMessageContaining("silent");
                assertThat(pings).isEmpty();
                assertThatThrownBy(() -> heartbeat.answered(Bytes.fromHex("ffffffffffffffff")))
                        .isInstanceOf(ProtocolException.class);
                assertThatThrownBy(() -> heartbeat.answered(first)).isInstanceOf(ProtocolException.class);
            }
        }
    }

    @Test
    void a_device_that_sends_all_the_time_pings_a_peer_that_is_silent() throws Exception {
        BlockingQueue<Bytes> pings = new ArrayBlockingQueue<>(10);
        try (Loopback loopback = new Loopback();
                SocketChannel near = loopback.dial();
                SocketChannel _ = loopback.acceptRaw()) {
            RecordStream stream = stream(near);
            Heartbeat heartbeat = new Heartbeat(stream, Duration.ofMillis(900), true, pings::add);
            try (Timetable times = new Timetable(e -> {}, heartbeat::tick)) {
                times.start(Duration.ZERO);
                while (pings.isEmpty() && stream.isOpen()) {
                    stream.write(ContentType.HANDSHAKE, Bytes.fromHex("00"));
                    Thread.sleep(20);
                }
                assertThat(pings).isNotEmpty();
            }
        }
    }

    @Test
    void a_pong_must_answer_the_ping() throws Exception {
        BlockingQueue<Bytes> pings = new ArrayBlockingQueue<>(10);
        try (Loopback loopback = new Loopback();
                SocketChannel near = loopback.dial();
                SocketChannel _ = loopback.acceptRaw()) {
            Heartbeat heartbeat = new Heartbeat(stream(near), Duration.ofSeconds(1), true, pings::add);
            try (Timetable times = new Timetable(e -> {}, heartbeat::tick)) {
                times.start(Duration.ZERO);
                Bytes first = pings.poll(5, TimeUnit.SECONDS);
                heartbeat.answered(first);
                assertThatThrownBy(() -> heartbeat.answered(first)).isInstanceOf(ProtocolException.class);
                // Answered, so there is another after a third of the time.
                assertThat(pings.poll(5, TimeUnit.SECONDS)).isNotNull().isNotEqualTo(first);
            }
        }
    }

    @Test
    void the_server_says_going_away_when_the_time_of_the_session_is_over() throws Exception {
        SessionTerms terms = new SessionTerms(Duration.ofSeconds(1), Duration.ofSeconds(60), RekeyPolicy.laziest());
        try (Loopback loopback = new Loopback().terms(terms)) {
            CompletableFuture<Accepted> accepted = loopback.accept();
            SecureChannel device = loopback.connect(loopback.pki.issue(Role.DEVICE, "camera-1"));
            SecureChannel server = ((Accepted.Connected) Loopback.get(accepted)).channel();
            CompletableFuture<ByteBuffer> atServer = receive(server);
            CompletableFuture<ByteBuffer> atDevice = receive(device);
            // Both ends watch the clock: the device closes, or hears that the server is going away.
            try {
                assertThat(Loopback.get(atDevice)).isNull();
            } catch (PeerAlertException e) {
                assertThat(e.alert()).isEqualTo(new Alert(AlertCode.GOING_AWAY, Loopback.INCIDENT));
            } catch (IOException e) {
                assertThat(device.isOpen()).isFalse();
            }
            assertThatNoContentCame(atServer);
        }
    }

    @Test
    void no_session_goes_beyond_the_end_of_a_certificate() throws Exception {
        try (Loopback loopback = new Loopback()) {
            Credential shortLived = loopback.pki
                    .request(Role.DEVICE, "camera-1")
                    .validity(TestPki.NOW.minus(Duration.ofDays(1)), TestPki.NOW.plusSeconds(1))
                    .issue();
            CompletableFuture<Accepted> accepted = loopback.accept();
            SecureChannel device = loopback.connect(shortLived);
            SecureChannel server = ((Accepted.Connected) Loopback.get(accepted)).channel();
            assertThatNoContentCame(receive(server));
            device.abort();
        }
    }

    @Test
    void many_threads_may_send() throws Exception {
        int threads = 4;
        int each = 200;
        try (Loopback loopback = new Loopback();
                Loopback.Pair pair = loopback.session()) {
            List<CompletableFuture<Void>> senders = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                int thread = t;
                senders.add(CompletableFuture.runAsync(
                        () -> {
                            for (int i = 0; i < each; i++) {
                                SecureChannelTest.send(
                                        pair.device(), SecureChannelTest.pattern(1_000 * thread + i, 50));
                            }
                        },
                        Thread::startVirtualThread));
            }
            Set<Bytes> received = new HashSet<>();
            for (int i = 0; i < threads * each; i++) {
                received.add(Bytes.copyOf(pair.server().receive()));
            }
            for (CompletableFuture<Void> sender : senders) {
                Loopback.get(sender);
            }
            assertThat(received).hasSize(threads * each);
        }
    }

    @Test
    void closing_waits_for_what_another_thread_still_receives() throws Exception {
        try (Loopback loopback = new Loopback();
                Loopback.Pair pair = loopback.session()) {
            CompletableFuture<Integer> reading = CompletableFuture.supplyAsync(
                    () -> {
                        try {
                            int records = 0;
                            while (pair.device().receive() != null) {
                                records++;
                            }
                            return records;
                        } catch (IOException | ProtocolException e) {
                            throw new IllegalStateException(e);
                        }
                    },
                    Thread::startVirtualThread);
            SecureChannelTest.send(pair.server(), SecureChannelTest.pattern(1, 10));
            while (pair.device().counters().recordsReceived() < 2) {
                Thread.onSpinWait();
            }
            CompletableFuture<Void> closing =
                    CompletableFuture.runAsync(pair.device()::close, Thread::startVirtualThread);
            assertThat(pair.server().receive()).isNull();
            // The close has come, and the server still has something to say.
            SecureChannelTest.send(pair.server(), SecureChannelTest.pattern(2, 10));
            SecureChannelTest.send(pair.server(), SecureChannelTest.pattern(3, 10));
            pair.server().close();
            assertThat(Loopback.get(reading)).isEqualTo(3);
            Loopback.get(closing);
        }
    }

    @Test
    void sends_nothing_after_its_close() throws Exception {
        try (Loopback loopback = new Loopback();
                Loopback.Pair pair = loopback.session()) {
            CompletableFuture<Void> closing =
                    CompletableFuture.runAsync(pair.device()::close, Thread::startVirtualThread);
            assertThat(pair.server().receive()).isNull();
            OutgoingRecord record = pair.device().newRecord();
            record.buffer().put((byte) 1);
            assertThatThrownBy(() -> pair.device().send(record)).isInstanceOf(IOException.class);
            assertThatThrownBy(record::buffer).isInstanceOf(IllegalStateException.class);
            pair.server().close();
            Loopback.get(closing);
            assertThat(pair.server().receive()).isNull();
        }
    }

    @Test
    void an_empty_record_is_not_sent() throws Exception {
        try (Loopback loopback = new Loopback();
                Loopback.Pair pair = loopback.session()) {
            pair.device().send(pair.device().newRecord());
            SecureChannelTest.exchange(pair.device(), pair.server(), 5);
            assertThat(pair.server().counters().recordsReceived()).isEqualTo(1);
        }
    }

    @Test
    void whoever_receives_is_told_why_another_thread_ended_the_session() throws Exception {
        try (Loopback loopback = new Loopback();
                Loopback.Pair pair = loopback.session()) {
            CompletableFuture<ByteBuffer> receiving = receive(pair.server());
            SecureChannelTest.send(pair.device(), SecureChannelTest.pattern(1, 10));
            assertThat(Loopback.get(receiving)).isNotNull();
            pair.server().fail(new Alert(AlertCode.AUTH_FAILED, Loopback.INCIDENT));
            assertThatThrownBy(pair.device()::receive).isInstanceOf(PeerAlertException.class);
            assertThatThrownBy(pair.server()::receive).hasMessageContaining("AUTH_FAILED");
        }
    }

    @Test
    void what_still_arrives_after_an_alert_is_dropped() throws Exception {
        try (Loopback loopback = new Loopback();
                Loopback.Pair pair = loopback.session()) {
            CompletableFuture<ByteBuffer> receiving = receive(pair.server());
            SecureChannelTest.send(pair.device(), SecureChannelTest.pattern(1, 10));
            assertThat(Loopback.get(receiving)).isNotNull();
            CompletableFuture<ByteBuffer> more = receive(pair.server());
            CompletableFuture.runAsync(
                            () -> pair.server().fail(new Alert(AlertCode.GOING_AWAY, Loopback.INCIDENT)),
                            Thread::startVirtualThread)
                    .get(20, TimeUnit.SECONDS);
            // More than the socket's buffers hold: it only goes out if the server still takes it.
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 200; i++) {
                            OutgoingRecord record = pair.device().newRecord();
                            record.buffer().position(65_536);
                            pair.device().send(record);
                        }
                        pair.device().receive();
                    })
                    .isInstanceOf(PeerAlertException.class);
            assertThatThrownBy(() -> Loopback.get(more)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void aborting_wakes_whoever_receives() throws Exception {
        try (Loopback loopback = new Loopback();
                Loopback.Pair pair = loopback.session()) {
            CompletableFuture<ByteBuffer> receiving = receive(pair.server());
            pair.server().abort();
            assertThatThrownBy(() -> Loopback.get(receiving)).isInstanceOf(IOException.class);
        }
    }

    private static void assertThatNoContentCame(CompletableFuture<ByteBuffer> receiving) {
        try {
            assertThat(Loopback.get(receiving)).isNull();
        } catch (Exception e) {
            assertThat(e).isInstanceOf(IOException.class);
        }
    }

    private static RecordStream stream(SocketChannel socket) {
        CryptoProvider crypto = CryptoProvider.best();
        return new RecordStream(
                socket,
                crypto,
                new SecureRandom(),
                new BufferPool(crypto),
                Direction.DEVICE_TO_SERVER,
                Direction.SERVER_TO_DEVICE);
    }

    private static CompletableFuture<ByteBuffer> receive(SecureChannel channel) {
        CompletableFuture<ByteBuffer> result = new CompletableFuture<>();
        Thread.startVirtualThread(() -> {
            try {
                result.complete(channel.receive());
            } catch (IOException | ProtocolException e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }
}
