package dev.waxwing.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.waxwing.crypto.Suite;
import dev.waxwing.handshake.Action;
import dev.waxwing.handshake.DeviceHandshake;
import dev.waxwing.handshake.DevicePurpose;
import dev.waxwing.handshake.RekeyPolicy;
import dev.waxwing.handshake.Rekeying;
import dev.waxwing.handshake.SessionTerms;
import dev.waxwing.recordlayer.ContentType;
import dev.waxwing.recordlayer.Direction;
import dev.waxwing.trust.Role;
import dev.waxwing.trust.UntrustedException;
import dev.waxwing.trust.UntrustedException.Reason;
import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.PeerAlertException;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Writer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Protocol section 10, in running sessions over sockets. */
@Timeout(120)
class RekeyTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    /** Both ends of a session, each with a thread that receives, counts and checks the order. */
    private static final class Live implements AutoCloseable {

        final Loopback.Pair pair;
        final Reception atServer;
        final Reception atDevice;

        Live(Loopback loopback) throws Exception {
            pair = loopback.session();
            atServer = new Reception(pair.server());
            atDevice = new Reception(pair.device());
        }

        SecureChannel end(boolean device) {
            return device ? pair.device() : pair.server();
        }

        Reception at(boolean device) {
            return device ? atDevice : atServer;
        }

        @Override
        public void close() {
            pair.close();
        }
    }

    private static final class Reception {

        final AtomicLong records = new AtomicLong();
        final CompletableFuture<Void> end = new CompletableFuture<>();

        Reception(SecureChannel channel) {
            Thread.startVirtualThread(() -> receive(channel));
        }

        private void receive(SecureChannel channel) {
            try {
                for (ByteBuffer content = channel.receive(); content != null; content = channel.receive()) {
                    long number = content.getLong(content.position());
                    if (number != records.get()) {
                        throw new AssertionError("record " + number + " in the place of " + records.get());
                    }
                    records.incrementAndGet();
                }
                end.complete(null);
            } catch (ProtocolException e) {
                channel.fail(e);
                end.completeExceptionally(e);
            } catch (IOException | AssertionError e) {
                end.completeExceptionally(e);
            }
        }

        void await(long count) {
            until(() -> records.get() >= count || end.isDone());
            assertThat(records).hasValue(count);
        }
    }

    @ParameterizedTest
    @EnumSource(Suite.class)
    void a_key_is_updated_after_so_many_records(Suite suite) throws Exception {
        try (Loopback loopback = new Loopback().suite(suite).rekey(policy(10, 1 << 30, 600, 1L << 36, 3_600));
                Live live = new Live(loopback)) {
            send(live.pair.device(), 0, 100, 100);
            live.atServer.await(100);
            send(live.pair.server(), 0, 55, 100);
            live.atDevice.await(55);
            assertThat(live.pair.server().receivingEpoch()).isEqualTo(12);
            assertThat(live.pair.device().receivingEpoch()).isBetween(7, 8);
            assertThat(live.pair.device().counters().recordsSent()).isZero();
        }
    }

    @Test
    void a_key_is_updated_after_so_many_bytes() throws Exception {
        try (Loopback loopback = new Loopback().rekey(policy(1 << 20, 100_000, 600, 1L << 36, 3_600));
                Live live = new Live(loopback)) {
            send(live.pair.device(), 0, 10, 50_000);
            live.atServer.await(10);
            assertThat(live.pair.device().epoch()).isEqualTo(7);
            assertThat(live.pair.server().epoch()).isEqualTo(2);
        }
    }

    @Test
    void a_key_is_updated_between_records_that_are_sent_together() throws Exception {
        try (Loopback loopback = new Loopback().rekey(policy(2, 1 << 30, 600, 1L << 36, 3_600));
                Live live = new Live(loopback)) {
            SecureChannel device = live.pair.device();
            List<OutgoingRecord> records =
                    Stream.generate(device::newRecord).limit(5).toList();
            for (int number = 0; number < records.size(); number++) {
                records.get(number).buffer().putLong(number).position(100);
            }
            device.send(records);
            live.atServer.await(5);
            assertThat(device.epoch()).isEqualTo(4);
        }
    }

    @Test
    void a_key_that_has_protected_something_is_updated_after_some_time() throws Exception {
        try (Loopback loopback = new Loopback().rekey(policy(1 << 20, 1 << 30, 1, 1L << 36, 3_600));
                Live live = new Live(loopback)) {
            until(() -> live.pair.server().epoch() > 2);
            // SessionAccept went under the server's key; the device's has protected nothing.
            assertThat(live.pair.device().epoch()).isEqualTo(2);
            send(live.pair.device(), 0, 1, 10);
            until(() -> live.pair.server().receivingEpoch() > 2);
            send(live.pair.device(), 1, 1, 10);
            live.atServer.await(2);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void either_end_can_renew_all_keys(boolean byDevice) throws Exception {
        try (Loopback loopback = new Loopback();
                Live live = new Live(loopback)) {
            assertThat(live.end(byDevice).rekey(LONG)).isEqualTo(1);
            assertThat(live.end(byDevice).rekey(LONG)).isEqualTo(2);
            // A sender changes after it has written, when its peer may have gone on already.
            until(() -> live.end(!byDevice).ratchets() == 2
                    && live.pair.server().epoch() == 4
                    && live.pair.device().epoch() == 4);
            assertThat(live.pair.device().receivingEpoch()).isEqualTo(4);
            assertThat(live.pair.server().receivingEpoch()).isEqualTo(4);
            send(live.pair.device(), 0, 1, 10);
            send(live.pair.server(), 0, 1, 10);
            live.atServer.await(1);
            live.atDevice.await(1);
        }
    }

    @Test
    void the_server_begins_a_ratchet_when_its_time_has_come() throws Exception {
        try (Loopback loopback = new Loopback().rekey(policy(1 << 20, 1 << 30, 600, 1L << 36, 1));
                Live live = new Live(loopback)) {
            until(() -> live.pair.device().ratchets() >= 2);
            send(live.pair.device(), 0, 1, 10);
            live.atServer.await(1);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void so_many_bytes_begin_a_ratchet(boolean fromDevice) throws Exception {
        try (Loopback loopback = new Loopback().rekey(policy(1 << 20, 1 << 30, 600, 500_000, 3_600));
                Live live = new Live(loopback)) {
            long sent = 0;
            while (live.pair.device().ratchets() < 3) {
                send(live.end(fromDevice), sent++, 1, 60_000);
                // The server looks at the volume when it sends.
                send(live.pair.server(), live.atDevice.records.get() + (fromDevice ? 0 : 1), fromDevice ? 1 : 0, 8);
                live.at(!fromDevice).await(sent);
                if (fromDevice) {
                    live.atDevice.await(sent);
                }
            }
            assertThat(sent).isGreaterThan(20);
        }
    }

    @Test
    void requests_that_cross_while_data_flows_both_ways_lose_nothing() throws Exception {
        try (Loopback loopback = new Loopback().rekey(policy(7, 1 << 30, 600, 1L << 36, 1));
                Live live = new Live(loopback)) {
            AtomicBoolean stop = new AtomicBoolean();
            List<CompletableFuture<Long>> senders = new ArrayList<>();
            for (boolean device : new boolean[] {true, false}) {
                senders.add(inBackground(() -> sendUntil(stop, live.end(device), live.at(!device))));
            }
            List<CompletableFuture<Long>> orders = new ArrayList<>();
            for (boolean device : new boolean[] {true, false}) {
                orders.add(inBackground(() -> {
                    long ratchets = 0;
                    while (ratchets < 40) {
                        ratchets = rekeyOrWait(live.end(device));
                    }
                    return ratchets;
                }));
            }
            for (CompletableFuture<Long> order : orders) {
                assertThat(Loopback.get(order)).isGreaterThanOrEqualTo(40);
            }
            stop.set(true);
            live.atServer.await(Loopback.get(senders.get(0)));
            live.atDevice.await(Loopback.get(senders.get(1)));
            until(() -> live.pair.device().ratchets() == live.pair.server().ratchets());
        }
    }

    /** A device may have to wait a moment. */
    private static long rekeyOrWait(SecureChannel channel) throws Exception {
        try {
            return channel.rekey(LONG);
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("too often");
            return channel.ratchets();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_device_that_was_revoked_meanwhile_is_refused_at_the_next_ratchet(boolean byDevice) throws Exception {
        AtomicBoolean revoked = new AtomicBoolean();
        try (Loopback loopback = new Loopback()) {
            loopback.status = (leaf, issuer, staple, now) -> {
                if (revoked.get()) {
                    throw new UntrustedException(Reason.REVOKED, "certificate 17 is revoked");
                }
            };
            try (Live live = new Live(loopback)) {
                revoked.set(true);
                assertThatThrownBy(() -> live.end(byDevice).rekey(LONG)).isInstanceOf(IOException.class);
                assertThatThrownBy(() -> Loopback.get(live.atServer.end))
                        .isInstanceOfSatisfying(ProtocolException.class, e -> {
                            assertThat(e.code()).isEqualTo(AlertCode.AUTH_FAILED);
                            assertThat(e.reason()).startsWith("REVOKED");
                        });
                assertThatThrownBy(() -> Loopback.get(live.atDevice.end))
                        .isInstanceOfSatisfying(
                                PeerAlertException.class,
                                e -> assertThat(e.alert().code()).isEqualTo(AlertCode.AUTH_FAILED));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_device_refuses_a_server_whose_status_is_not_current_at_the_next_ratchet(boolean byDevice) throws Exception {
        try (Loopback loopback = new Loopback();
                Live live = new Live(loopback)) {
            loopback.staple = Bytes.EMPTY;
            assertThatThrownBy(() -> live.end(byDevice).rekey(LONG)).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> Loopback.get(live.atDevice.end))
                    .isInstanceOfSatisfying(
                            ProtocolException.class, e -> assertThat(e.code()).isEqualTo(AlertCode.AUTH_FAILED));
            assertThatThrownBy(() -> Loopback.get(live.atServer.end)).isInstanceOf(PeerAlertException.class);
        }
    }

    @Test
    void a_peer_that_does_not_go_on_with_a_ratchet_counts_as_silent() throws Exception {
        // The server's key is due with each of its records, too, and cannot be updated meanwhile.
        RekeyPolicy policy = policy(1, 1 << 30, 600, 1L << 36, 3_600);
        SessionTerms terms = new SessionTerms(Duration.ofHours(1), Duration.ofSeconds(5), policy);
        try (Loopback loopback = new Loopback().terms(terms)) {
            CompletableFuture<Accepted> accepted = loopback.accept();
            RecordStream device = stream(loopback);
            Action.Connect connect = connected(loopback, device);
            SecureChannel server = ((Accepted.Connected) Loopback.get(accepted)).channel();
            Reception atServer = new Reception(server);
            CompletableFuture<Long> order = inBackground(() -> server.rekey(LONG));
            // It takes the request, says other things, updates its key, and has the server say things.
            assertThat(device.read()).isEqualTo(ContentType.HANDSHAKE);
            Rekeying keys = connect.rekeying();
            long said = 0;
            try {
                while (!atServer.end.isDone()) {
                    device.write(
                            ContentType.APPLICATION,
                            Writer.growing().u64(said++).toBytes());
                    perform(keys.updateKey(), device);
                    long awaited = said;
                    until(() -> atServer.records.get() == awaited || atServer.end.isDone());
                    send(server, said, 1, 8);
                    assertThat(device.read()).isEqualTo(ContentType.APPLICATION);
                }
            } catch (IOException | UncheckedIOException e) {
                // The server is gone, as it should be.
            }
            assertThatThrownBy(() -> Loopback.get(atServer.end)).hasMessageContaining("did not go on with a ratchet");
            assertThatThrownBy(() -> Loopback.get(order)).hasMessageContaining("ended");
            device.closeAndDispose();
        }
    }

    /** The connection of a device that does only what the test says. */
    private static RecordStream stream(Loopback loopback) throws IOException {
        return new RecordStream(
                loopback.dial(),
                loopback.deviceCrypto,
                loopback.random,
                new BufferPool(loopback.deviceCrypto),
                Direction.DEVICE_TO_SERVER,
                Direction.SERVER_TO_DEVICE);
    }

    /** Runs the handshake, and gives what the device needs to go on. */
    private static Action.Connect connected(Loopback loopback, RecordStream stream) throws Exception {
        DevicePurpose purpose = new DevicePurpose.Normal(
                loopback.pki.issue(Role.DEVICE, "camera-1"), loopback.pki.verifier(Role.SERVER));
        try (DeviceHandshake handshake =
                new DeviceHandshake(loopback.deviceCrypto, loopback.random, loopback.devicePolicy.suites(), purpose)) {
            return (Action.Connect) DeviceSteps.toTheEnd(handshake, stream);
        }
    }

    @Test
    void a_device_that_begins_ratchets_all_the_time_is_sent_away() throws Exception {
        try (Loopback loopback = new Loopback()) {
            CompletableFuture<Accepted> accepted = loopback.accept();
            RecordStream device = stream(loopback);
            Rekeying keys = connected(loopback, device).rekeying();
            Reception atServer = new Reception(((Accepted.Connected) Loopback.get(accepted)).channel());
            for (int ratchet = 1; ratchet <= 10; ratchet++) {
                perform(keys.ratchet(), device);
                while (keys.isRatcheting()) {
                    assertThat(device.read()).isEqualTo(ContentType.HANDSHAKE);
                    perform(keys.receive(device.content(), device.recordsReceived() - 1), device);
                }
            }
            perform(keys.ratchet(), device);
            assertThatThrownBy(() -> Loopback.get(atServer.end)).isInstanceOfSatisfying(ProtocolException.class, e -> {
                assertThat(e.code()).isEqualTo(AlertCode.PROTOCOL_ERROR);
                assertThat(e.reason()).contains("more than 10 ratchets");
            });
            device.closeAndDispose();
        }
    }

    @Test
    void a_device_does_not_begin_more_ratchets_than_it_may() throws Exception {
        try (Loopback loopback = new Loopback();
                Live live = new Live(loopback)) {
            for (int n = 1; n <= 5; n++) {
                assertThat(live.pair.device().rekey(LONG)).isEqualTo(n);
            }
            assertThatThrownBy(() -> live.pair.device().rekey(LONG)).hasMessageContaining("too often");
            assertThat(live.pair.server().rekey(LONG)).isEqualTo(6);
            send(live.pair.device(), 0, 1, 10);
            live.atServer.await(1);
        }
    }

    private static void perform(List<Action> actions, RecordStream stream) throws IOException {
        for (Action action : actions) {
            switch (action) {
                case Action.Send(Bytes message) -> stream.write(ContentType.HANDSHAKE, message);
                case Action.ChangeSendingKeys change -> stream.change(change);
                case Action.ChangeReceivingKeys change -> stream.change(change);
                case Action.Ratcheted _ -> {}
                default -> throw new AssertionError(action);
            }
        }
    }

    @Test
    void no_ratchet_begins_once_the_peer_has_closed() throws Exception {
        try (Loopback loopback = new Loopback();
                Loopback.Pair pair = loopback.session()) {
            CompletableFuture<Void> closing =
                    CompletableFuture.runAsync(pair.device()::close, Thread::startVirtualThread);
            assertThat(pair.server().receive()).isNull();
            assertThatThrownBy(() -> pair.server().rekey(LONG)).hasMessageContaining("ended");
            pair.server().close();
            Loopback.get(closing);
        }
    }

    @Test
    void many_key_updates_and_ratchets_in_a_row() throws Exception {
        inARow(2_000, 100);
    }

    @Test
    @Tag("soak")
    @Timeout(1_200)
    void a_hundred_thousand_key_updates_and_ten_thousand_ratchets_in_a_row() throws Exception {
        inARow(100_000, 10_000);
    }

    /** With data in every epoch of the device, and some of the server's between two ratchets. */
    private static void inARow(int updates, int ratchets) throws Exception {
        int between = updates / ratchets;
        try (Loopback loopback = new Loopback().rekey(policy(1, 1 << 30, 600, 1L << 36, 3_600));
                Live live = new Live(loopback)) {
            long sent = 0;
            for (int n = 0; n < ratchets; n++) {
                int target = 2 + (n + 1) * between + n;
                while (live.pair.device().epoch() < target) {
                    send(live.pair.device(), sent++, 1, 64);
                }
                send(live.pair.server(), n, 1, 64);
                live.atServer.await(sent);
                assertThat(live.end(n < 5).rekey(LONG)).isEqualTo(n + 1);
                int done = n + 1;
                until(() -> live.end(done > 5).ratchets() == done);
            }
            until(() ->
                    live.pair.server().receivingEpoch() == live.pair.device().epoch());
            assertThat(live.pair.server().receivingEpoch()).isGreaterThanOrEqualTo(2 + updates + ratchets);
            assertThat(live.pair.device().receivingEpoch()).isGreaterThanOrEqualTo(2 + ratchets);
            live.atDevice.await(ratchets);
        }
    }

    /** Never far ahead of the receiver, or a ratchet would wait behind all that fits into the sockets. */
    private static long sendUntil(AtomicBoolean stop, SecureChannel channel, Reception receiver) {
        long number = 0;
        while (!stop.get()) {
            send(channel, number++, 1, 200);
            long sent = number;
            until(() -> receiver.records.get() > sent - 100 || stop.get() || receiver.end.isDone());
        }
        return number;
    }

    /** Records that begin with their numbers. */
    private static void send(SecureChannel channel, long first, int count, int size) {
        try {
            for (long number = first; number < first + count; number++) {
                OutgoingRecord record = channel.newRecord();
                record.buffer().putLong(number).position(size);
                channel.send(record);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private interface Work {
        long run() throws Exception;
    }

    private static CompletableFuture<Long> inBackground(Work work) {
        CompletableFuture<Long> result = new CompletableFuture<>();
        Thread.startVirtualThread(() -> {
            try {
                result.complete(work.run());
            } catch (Exception | AssertionError e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }

    private static RekeyPolicy policy(
            long keyUpdateRecords, long keyUpdateBytes, int keyUpdateSeconds, long ratchetBytes, int ratchetSeconds) {
        return new RekeyPolicy(
                keyUpdateRecords,
                keyUpdateBytes,
                Duration.ofSeconds(keyUpdateSeconds),
                ratchetBytes,
                Duration.ofSeconds(ratchetSeconds));
    }

    private static void until(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            LockSupport.parkNanos(100_000);
        }
    }
}
