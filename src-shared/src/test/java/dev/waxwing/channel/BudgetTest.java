package dev.waxwing.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.handshake.DeviceHandshake;
import dev.waxwing.handshake.DevicePurpose;
import dev.waxwing.recordlayer.ContentType;
import dev.waxwing.recordlayer.Direction;
import dev.waxwing.trust.Credential;
import dev.waxwing.trust.PeerVerifier;
import dev.waxwing.trust.Role;
import dev.waxwing.trust.StapledStatus;
import dev.waxwing.trust.TestPki;
import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.PeerAlertException;
import dev.waxwing.wire.ProtocolException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Protocol section 12: so many in any span, and no more. */
@Timeout(60)
class BudgetTest {

    private static final Duration IDLE = Duration.ofSeconds(60);

    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1_000);
    private final Budget budget = new Budget(10, IDLE.dividedBy(3));

    @Test
    void takes_ten_at_once_and_refuses_the_next_until_the_span_is_over() throws Exception {
        for (int i = 0; i < 10; i++) {
            spend();
        }
        now.addAndGet(IDLE.toNanos() / 3 - 1);
        assertThatThrownBy(this::spend)
                .isInstanceOfSatisfying(
                        ProtocolException.class, e -> assertThat(e.code()).isEqualTo(AlertCode.PROTOCOL_ERROR));
        now.addAndGet(1);
        assertThatNoException().isThrownBy(this::spend);
    }

    @Test
    void looks_at_any_span_and_not_at_fixed_ones() throws Exception {
        for (int i = 0; i < 9; i++) {
            spend();
        }
        now.addAndGet(IDLE.toNanos() / 3 - 1);
        spend();
        now.addAndGet(1);
        for (int i = 0; i < 9; i++) {
            spend();
        }
        assertThatThrownBy(this::spend).isInstanceOf(ProtocolException.class);
    }

    @Test
    void never_hinders_a_device_that_pings_as_the_protocol_says() throws Exception {
        for (int i = 0; i < 100_000; i++) {
            spend();
            now.addAndGet(IDLE.toNanos() / 30);
        }
    }

    private void spend() throws ProtocolException {
        budget.spend(now.get(), "pings");
    }

    @Test
    void a_session_that_floods_pings_ends_with_protocol_error() throws Exception {
        try (Loopback loopback = new Loopback()) {
            CompletableFuture<Accepted> accepted = loopback.accept();
            CryptoProvider crypto = CryptoProvider.best();
            BufferPool pool = new BufferPool(crypto);
            Credential credential = loopback.pki.issue(Role.DEVICE, "camera-1");
            PeerVerifier servers =
                    new PeerVerifier(loopback.pki.root(), Role.SERVER, new StapledStatus(), TestPki.CLOCK);
            RecordStream stream = new RecordStream(
                    loopback.dial(),
                    crypto,
                    new SecureRandom(),
                    pool,
                    Direction.DEVICE_TO_SERVER,
                    Direction.SERVER_TO_DEVICE);
            try (DeviceHandshake handshake = new DeviceHandshake(
                    crypto,
                    loopback.random,
                    loopback.devicePolicy.suites(),
                    new DevicePurpose.Normal(credential, servers))) {
                SecureChannel device = new DeviceConversation(
                                stream, pool, handshake, Duration.ofSeconds(10), TestPki.CLOCK)
                        .connect();
                SecureChannel server = ((Accepted.Connected) Loopback.get(accepted)).channel();
                for (int i = 0; i <= 10; i++) {
                    stream.write(ContentType.PING, Bytes.of(new byte[Heartbeat.SIZE]));
                }
                assertThatThrownBy(server::receive)
                        .isInstanceOfSatisfying(ProtocolException.class, server::fail)
                        .hasMessageContaining("pings");
                for (int i = 0; i < 10; i++) {
                    assertThat(stream.read()).isEqualTo(ContentType.PONG);
                }
                assertThatThrownBy(device::receive)
                        .isInstanceOfSatisfying(
                                PeerAlertException.class,
                                e -> assertThat(e.alert().code()).isEqualTo(AlertCode.PROTOCOL_ERROR));
            }
        }
    }
}
