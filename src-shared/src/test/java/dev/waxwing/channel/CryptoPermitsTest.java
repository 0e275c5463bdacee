package dev.waxwing.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.waxwing.channel.CryptoPermits.Permit;
import dev.waxwing.trust.Role;
import dev.waxwing.wire.Alert;
import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.PeerAlertException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Protocol sections 11.1 and 12: a server computes for so many handshakes at a time. */
@Timeout(60)
class CryptoPermitsTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    private final CryptoPermits permits = new CryptoPermits(1);

    @Test
    void counts_what_is_in_use_and_who_waits() throws Exception {
        Permit held = permits.acquire(LONG);
        CompletableFuture<Permit> waiting = acquire();
        while (permits.waiting() == 0) {
            Thread.onSpinWait();
        }
        assertThat(permits.inUse()).isEqualTo(1);
        held.close();
        Loopback.get(waiting).close();
        assertThat(permits.inUse()).isZero();
        assertThat(permits.denied()).isZero();
    }

    @Test
    void serves_in_order_of_arrival() throws Exception {
        Permit held = permits.acquire(LONG);
        CompletableFuture<Permit> first = acquire();
        while (permits.waiting() < 1) {
            Thread.onSpinWait();
        }
        CompletableFuture<Permit> second = acquire();
        while (permits.waiting() < 2) {
            Thread.onSpinWait();
        }
        held.close();
        Permit firsts = Loopback.get(first);
        assertThat(second).isNotDone();
        firsts.close();
        Loopback.get(second).close();
    }

    @Test
    void refuses_as_busy_when_there_is_none_in_time() throws Exception {
        try (Permit _ = permits.acquire(LONG)) {
            assertThatThrownBy(() -> permits.acquire(Duration.ofSeconds(-1)))
                    .isInstanceOfSatisfying(RefusedException.class, e -> {
                        assertThat(e.code()).isEqualTo(AlertCode.BUSY);
                        assertThat(e.retryAfter()).isEqualTo(CryptoPermits.COME_LATER);
                    });
        }
        assertThat(permits.denied()).isEqualTo(1);
    }

    @Test
    void a_handshake_that_gets_no_permit_is_told_busy_before_keys_exist() throws Exception {
        try (Loopback loopback = new Loopback().limits(HostileStreamTest.limits(1_000, 1_000, 2_000));
                Permit _ = permits.acquire(LONG);
                Relay relay = loopback.relay()) {
            loopback.permits = permits;
            CompletableFuture<Accepted> accepted = loopback.accept();
            assertThatThrownBy(() -> loopback.deviceEndpoint()
                            .connect(relay.dial(), loopback.pki.issue(Role.DEVICE, "camera-1"), loopback.pki.root()))
                    .isInstanceOfSatisfying(
                            PeerAlertException.class,
                            e -> assertThat(e.alert())
                                    .isEqualTo(new Alert(AlertCode.BUSY, Loopback.INCIDENT, CryptoPermits.COME_LATER)));
            assertThat(Loopback.refusal(accepted).reason()).contains("no crypto permit");
            // One plain record, and no ServerHello before it.
            assertThat(relay.fromServer)
                    .singleElement()
                    .satisfies(record -> assertThat(record.hex()).startsWith("d501000000000021" + "04"));
        }
    }

    @Test
    void a_device_that_gets_no_permit_for_its_certificate_is_told_busy_under_the_handshake_keys() throws Exception {
        CompletableFuture<Permit> stolen = new CompletableFuture<>();
        try (Loopback loopback = new Loopback().limits(HostileStreamTest.limits(1_000, 1_000, 2_000));
                Relay relay = loopback.relay().toServer((n, record) -> {
                    if (n == 1) {
                        stolen.complete(acquire().join());
                    }
                    return List.of(record);
                })) {
            loopback.permits = permits;
            CompletableFuture<Accepted> accepted = loopback.accept();
            assertThatThrownBy(() -> loopback.deviceEndpoint()
                            .connect(relay.dial(), loopback.pki.issue(Role.DEVICE, "camera-1"), loopback.pki.root()))
                    .isInstanceOfSatisfying(
                            PeerAlertException.class,
                            e -> assertThat(e.alert().code()).isEqualTo(AlertCode.BUSY));
            assertThat(Loopback.refusal(accepted).reason()).contains("no crypto permit");
            // ServerHello, the flight, the alert: protected, in epoch 1.
            assertThat(relay.fromServer).hasSize(3);
            assertThat(relay.fromServer.getLast().hex()).startsWith("d502000001");
            stolen.join().close();
        }
    }

    @Test
    void a_session_that_stands_needs_no_permit() throws Exception {
        try (Loopback loopback = new Loopback()) {
            loopback.permits = permits;
            try (Loopback.Pair pair = loopback.session();
                    Permit _ = permits.acquire(LONG)) {
                SecureChannelTest.exchange(pair.device(), pair.server(), 1_000);
            }
        }
    }

    private CompletableFuture<Permit> acquire() {
        CompletableFuture<Permit> result = new CompletableFuture<>();
        Thread.startVirtualThread(() -> {
            try {
                result.complete(permits.acquire(LONG));
            } catch (RefusedException e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }
}
