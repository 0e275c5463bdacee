package dev.waxwing.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.waxwing.handshake.SessionGrant;
import dev.waxwing.trust.Credential;
import dev.waxwing.trust.Role;
import dev.waxwing.trust.TestPki;
import dev.waxwing.trust.UntrustedException;
import dev.waxwing.trust.UntrustedException.Reason;
import dev.waxwing.wire.Alert;
import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.Incident;
import dev.waxwing.wire.PeerAlertException;
import dev.waxwing.wire.ProtocolException;
import java.security.KeyPair;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Protocol section 7, over real sockets. */
@Timeout(60)
class AuthenticationTest {

    /** A device that must not get in. */
    enum Impostor {
        UNKNOWN_CA("UNKNOWN_ISSUER", loopback -> TestPki.create().issue(Role.DEVICE, "camera-1")),
        WRONG_ROLE("WRONG_ROLE", loopback -> loopback.pki.issue(Role.SERVER, "camera-1")),
        EXPIRED(
                "EXPIRED",
                loopback ->
                        loopback.pki.request(Role.DEVICE, "camera-1").expired().issue()),
        NOT_YET_VALID(
                "NOT_YET_VALID",
                loopback -> loopback.pki
                        .request(Role.DEVICE, "camera-1")
                        .notYetValid()
                        .issue()),
        OTHER_NAME(
                "WRONG_NAME",
                loopback -> loopback.pki
                        .request(Role.DEVICE, "camera-1")
                        .uri("urn:waxwing:device:camera-2")
                        .issue()),
        REVOKED("REVOKED", loopback -> {
            loopback.status = (leaf, issuer, staple, now) -> {
                throw new UntrustedException(Reason.REVOKED, "revoked an hour ago");
            };
            return loopback.pki.issue(Role.DEVICE, "camera-1");
        }),
        STOLEN_CERTIFICATE(
                "NOT_THE_HOLDER",
                loopback -> new Credential(
                        TestPki.p256().getPrivate(),
                        loopback.pki.issue(Role.DEVICE, "camera-1").chain()));

        private final String reason;
        private final Function<Loopback, Credential> credential;

        Impostor(String reason, Function<Loopback, Credential> credential) {
            this.reason = reason;
            this.credential = credential;
        }
    }

    @ParameterizedTest
    @EnumSource(Impostor.class)
    void refuses_every_impostor_with_the_same_bytes_and_keeps_the_reason(Impostor impostor) throws Exception {
        try (Loopback loopback = new Loopback();
                Relay relay = loopback.relay()) {
            Credential credential = impostor.credential.apply(loopback);
            CompletableFuture<Accepted> accepted = loopback.accept();

            // The device cannot know yet that it is not let in: the refusal comes in the place of SessionAccept.
            PeerAlertException seen = catchThrowableOfType(
                    PeerAlertException.class,
                    () -> loopback.deviceEndpoint().connect(relay.dial(), credential, loopback.pki.root()));
            RefusedHandshakeException refused = Loopback.refusal(accepted);

            assertThat(seen.alert()).isEqualTo(new Alert(AlertCode.AUTH_FAILED, Loopback.INCIDENT));
            assertThat(refused.alert()).contains(seen.alert());
            assertThat(refused.reason()).contains(impostor.reason);
            assertThat(refused.certificate()).contains(credential.certificate());
            assertThat(relay.fromDevice).hasSize(2);
            assertThat(relay.fromServer).hasSize(3);
            // Epoch 1, and 32 bytes of alert, content type and tag: nothing in it depends on the reason.
            assertThat(relay.fromServer.getLast().slice(0, 8).hex()).isEqualTo("d502000001000031");
        }
    }

    static Stream<Arguments> falseServers() {
        return Stream.of(
                Arguments.of(Reason.WRONG_ROLE, (FalseServer)
                        loopback -> loopback.serverCredential = loopback.pki.issue(Role.DEVICE, "server-1")),
                Arguments.of(Reason.EXPIRED, (FalseServer) loopback -> loopback.serverCredential =
                        loopback.pki.request(Role.SERVER, "server-1").expired().issue()),
                Arguments.of(Reason.UNKNOWN_ISSUER, (FalseServer)
                        loopback -> loopback.serverCredential = TestPki.create().issue(Role.SERVER, "server-1")),
                Arguments.of(Reason.BAD_STAPLE, (FalseServer) loopback -> loopback.staple = Bytes.EMPTY),
                Arguments.of(Reason.REVOKED, (FalseServer) loopback -> loopback.staple = loopback.pki
                        .staple(loopback.pki.ocspResponder())
                        .revoked(loopback.serverCredential.certificate(), TestPki.NOW.minus(Duration.ofHours(1)))
                        .make()));
    }

    /** Makes the loopback's server into one that must not be believed. */
    interface FalseServer {
        void pretend(Loopback loopback);
    }

    @ParameterizedTest
    @MethodSource("falseServers")
    void device_refuses_a_server_it_cannot_believe_before_it_shows_itself(Reason reason, FalseServer server)
            throws Exception {
        try (Loopback loopback = new Loopback();
                Relay relay = loopback.relay()) {
            Credential device = loopback.pki.issue(Role.DEVICE, "camera-1");
            server.pretend(loopback);
            CompletableFuture<Accepted> accepted = loopback.accept();

            ProtocolException refused = catchThrowableOfType(
                    ProtocolException.class,
                    () -> loopback.deviceEndpoint().connect(relay.dial(), device, loopback.pki.root()));

            assertThat(refused.code()).isEqualTo(AlertCode.AUTH_FAILED);
            assertThat(refused)
                    .hasCauseInstanceOf(UntrustedException.class)
                    .cause()
                    .extracting(cause -> ((UntrustedException) cause).reason())
                    .isEqualTo(reason);
            assertThatThrownBy(() -> Loopback.get(accepted))
                    .isInstanceOfSatisfying(
                            PeerAlertException.class,
                            e -> assertThat(e.alert()).isEqualTo(new Alert(AlertCode.AUTH_FAILED, Incident.NONE)));
            // ClientHello and the alert: the device's certificate was never on the wire.
            assertThat(relay.fromDevice).hasSize(2);
            assertThat(relay.fromDevice.getLast().size()).isEqualTo(8 + 32 + 1 + 16);
        }
    }

    @Test
    void device_refuses_a_server_that_shows_the_devices_own_certificate() throws Exception {
        try (Loopback loopback = new Loopback()) {
            loopback.accept();
            Credential own = loopback.serverCredential;
            assertThatThrownBy(() -> loopback.connect(own))
                    .isInstanceOfSatisfying(
                            ProtocolException.class,
                            e -> assertThat(((UntrustedException) e.getCause()).reason())
                                    .isEqualTo(Reason.OWN_CERTIFICATE));
        }
    }

    @ParameterizedTest
    @MethodSource("keys")
    void takes_devices_with_every_kind_of_key(KeyPair keys) throws Exception {
        try (Loopback loopback = new Loopback()) {
            CompletableFuture<Accepted> accepted = loopback.accept();
            Credential credential =
                    loopback.pki.request(Role.DEVICE, "camera-1").keys(keys).issue();
            SecureChannel device = loopback.connect(credential);
            SecureChannel server = ((Accepted.Connected) Loopback.get(accepted)).channel();
            assertThat(server.peer().certificate()).isEqualTo(credential.certificate());
            device.abort();
            server.abort();
        }
    }

    static List<KeyPair> keys() {
        return List.of(TestPki.ec("secp256r1"), TestPki.ec("secp384r1"), TestPki.rsa(2048));
    }

    @Test
    void tells_an_authenticated_device_that_it_is_not_admitted_and_when_to_return() throws Exception {
        try (Loopback loopback = new Loopback()) {
            loopback.admission = (device, session) -> {
                throw new RefusedException(AlertCode.BUSY, "too many sessions", Duration.ofSeconds(30), null);
            };
            CompletableFuture<Accepted> accepted = loopback.accept();
            assertThatThrownBy(() -> loopback.connect(loopback.pki.issue(Role.DEVICE, "camera-1")))
                    .isInstanceOfSatisfying(
                            PeerAlertException.class,
                            e -> assertThat(e.alert())
                                    .isEqualTo(new Alert(AlertCode.BUSY, Loopback.INCIDENT, Duration.ofSeconds(30))));
            assertThat(Loopback.refusal(accepted).reason()).isEqualTo("too many sessions");
        }
    }

    @Test
    void asks_for_admission_only_after_the_device_is_authenticated() throws Exception {
        try (Loopback loopback = new Loopback()) {
            loopback.admission = (device, session) -> {
                assertThat(device.name()).isEqualTo(Loopback.DEVICE);
                return new SessionGrant(7, 1);
            };
            try (Loopback.Pair pair = loopback.session()) {
                assertThat(pair.device().grant()).isEqualTo(new SessionGrant(7, 1));
            }
        }
    }

    @Test
    void a_failure_of_the_server_itself_is_internal() throws Exception {
        try (Loopback loopback = new Loopback()) {
            loopback.admission = (device, session) -> {
                throw new IllegalStateException("the database is gone");
            };
            CompletableFuture<Accepted> accepted = loopback.accept();
            assertThatThrownBy(() -> loopback.connect(loopback.pki.issue(Role.DEVICE, "camera-1")))
                    .isInstanceOfSatisfying(
                            PeerAlertException.class,
                            e -> assertThat(e.alert()).isEqualTo(new Alert(AlertCode.INTERNAL, Loopback.INCIDENT)));
            assertThatThrownBy(() -> Loopback.get(accepted)).hasMessage("the database is gone");
        }
    }
}
