package dev.waxwing.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.waxwing.handshake.SessionGrant;
import dev.waxwing.trust.Credential;
import dev.waxwing.trust.RevokedAuthorities;
import dev.waxwing.trust.Role;
import dev.waxwing.trust.TestPki;
import dev.waxwing.trust.TimeFloor;
import dev.waxwing.trust.TrustedRoots;
import dev.waxwing.trust.UntrustedException;
import dev.waxwing.trust.UntrustedException.Reason;
import dev.waxwing.wire.Alert;
import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.Incident;
import dev.waxwing.wire.PeerAlertException;
import dev.waxwing.wire.ProtocolException;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
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

    private static final Duration HOUR = Duration.ofHours(1);

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
                Arguments.of(Reason.NOT_YET_VALID, (FalseServer) loopback -> loopback.serverCredential = loopback.pki
                        .request(Role.SERVER, "server-1")
                        .notYetValid()
                        .issue()),
                falseStaple(Reason.BAD_STAPLE, loopback -> Bytes.EMPTY),
                falseStaple(
                        Reason.REVOKED,
                        loopback -> statement(loopback)
                                .revoked(certificate(loopback), TestPki.NOW.minus(HOUR))
                                .make()),
                falseStaple(
                        Reason.NOT_IN_INVENTORY,
                        loopback -> statement(loopback)
                                .unknown(certificate(loopback))
                                .make()),
                falseStaple(
                        Reason.STAPLE_LAPSED,
                        loopback -> statement(loopback)
                                .times(TestPki.NOW.minus(HOUR.multipliedBy(2)), TestPki.NOW.minus(HOUR))
                                .good(certificate(loopback))
                                .make()),
                falseStaple(
                        Reason.STAPLE_TOO_EARLY,
                        loopback -> statement(loopback)
                                .times(TestPki.NOW.plus(HOUR), TestPki.NOW.plus(HOUR.multipliedBy(2)))
                                .good(certificate(loopback))
                                .make()),
                falseStaple(
                        Reason.BAD_STAPLE,
                        loopback -> statement(loopback)
                                .good(loopback.pki
                                        .issue(Role.SERVER, "server-2")
                                        .certificate())
                                .make()),
                falseStaple(
                        Reason.BAD_STAPLE,
                        loopback -> loopback.pki
                                .staple(TestPki.create().ocspResponder())
                                .good(certificate(loopback))
                                .make()),
                falseStaple(
                        Reason.BAD_STAPLE,
                        loopback -> loopback.pki
                                .staple(loopback.pki.issue(Role.DEVICE, "camera-2"))
                                .good(certificate(loopback))
                                .make()),
                // Whoever has the key of the server's authority can sign a good answer at any time.
                Arguments.of(Reason.ISSUER_REVOKED, (FalseServer)
                        loopback -> learn(loopback, loopback.pki.rootList(4, loopback.pki.issuingCertificate()))),
                Arguments.of(Reason.STAPLE_BELOW_FLOOR, (FalseServer)
                        loopback -> loopback.floor = new TimeFloor(TestPki.NOW.plus(Duration.ofDays(30)))));
    }

    private static Arguments falseStaple(Reason reason, Function<Loopback, Bytes> staple) {
        return Arguments.of(reason, (FalseServer) loopback -> loopback.staple = staple.apply(loopback));
    }

    private static TestPki.Staple statement(Loopback loopback) {
        return loopback.pki.staple(loopback.pki.ocspResponder());
    }

    private static X509Certificate certificate(Loopback loopback) {
        return loopback.serverCredential.certificate();
    }

    private static void learn(Loopback loopback, Bytes list) {
        try {
            loopback.revoked.take(list);
        } catch (UntrustedException e) {
            throw new AssertionError(e);
        }
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
                    () -> loopback.deviceEndpoint()
                            .connect(
                                    relay.dial(),
                                    device,
                                    TrustedRoots.of(loopback.pki.root()),
                                    loopback.floor,
                                    loopback.revoked));

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
            assertThat(relay.fromDevice.getLast().slice(0, 8).hex()).isEqualTo("d502000001000031");
            // What the server says of the time is kept for the person at the device, who may have to set a clock.
            assertThat(((UntrustedException) refused.getCause()).claimedTime()).contains(TestPki.NOW);
        }
    }

    @Test
    void a_session_raises_the_floor_and_a_handshake_that_fails_raises_it_by_nothing_unproved() throws Exception {
        try (Loopback loopback = new Loopback()) {
            loopback.staple = statement(loopback)
                    .times(TestPki.NOW.minus(HOUR), TestPki.NOW.plus(HOUR))
                    .good(certificate(loopback))
                    .make();
            loopback.admission = (device, session) -> {
                throw new RefusedException(AlertCode.BUSY, "too many sessions", Duration.ZERO, null);
            };
            loopback.accept();
            assertThatThrownBy(() -> loopback.connect(loopback.pki.issue(Role.DEVICE, "camera-1")))
                    .isInstanceOf(PeerAlertException.class);
            assertThat(loopback.floor.latest()).isEqualTo(TestPki.NOW.minus(HOUR));

            loopback.admission = (device, session) -> Loopback.GRANT;
            try (Loopback.Pair pair = loopback.session()) {
                assertThat(pair.device().isOpen()).isTrue();
                assertThat(loopback.floor.latest()).isEqualTo(TestPki.NOW);
            }
        }
    }

    @Test
    void device_learns_from_the_list_in_a_handshake_and_believes_no_server_through_a_revoked_authority_from_then_on()
            throws Exception {
        try (Loopback loopback = new Loopback()) {
            TestPki stolen = loopback.pki.rotated();
            loopback.rootList = loopback.pki.rootList(9, stolen.issuingCertificate());
            try (Loopback.Pair pair = loopback.session()) {
                assertThat(pair.device().rootList()).isEqualTo(loopback.rootList);
                assertThat(pair.server().rootList()).isEqualTo(loopback.rootList);
            }
            loopback.rootList = Bytes.EMPTY;
            loopback.serverCredential = stolen.issue(Role.SERVER, "server-1");
            loopback.staple = stolen.goodStaple(loopback.serverCredential.certificate());
            refusesTheRevoked(loopback);
        }
    }

    @Test
    void device_that_the_server_refuses_has_learnt_from_its_list_all_the_same() throws Exception {
        try (Loopback loopback = new Loopback()) {
            TestPki stolen = loopback.pki.rotated();
            loopback.rootList = loopback.pki.rootList(9, stolen.issuingCertificate());
            loopback.status = (leaf, issuer, staple, now) -> {
                throw new UntrustedException(Reason.REVOKED, "the authority of its certificate is revoked");
            };
            loopback.accept();
            assertThatThrownBy(() -> loopback.connect(stolen.issue(Role.DEVICE, "camera-1")))
                    .isInstanceOfSatisfying(
                            PeerAlertException.class,
                            e -> assertThat(e.alert().code()).isEqualTo(AlertCode.AUTH_FAILED));
            assertThat(loopback.revoked.newest(loopback.pki.root())).contains(loopback.rootList);
            assertThat(loopback.revoked.named(loopback.pki.root()))
                    .containsExactly(stolen.issuingCertificate().getSerialNumber());
        }
    }

    @Test
    void device_refuses_a_server_whose_own_list_names_its_authority_before_it_shows_itself_and_keeps_the_list()
            throws Exception {
        try (Loopback loopback = new Loopback()) {
            loopback.rootList = loopback.pki.rootList(9, loopback.pki.issuingCertificate());
            refusesTheRevoked(loopback);
            assertThat(loopback.revoked.newest(loopback.pki.root())).contains(loopback.rootList);
        }
    }

    private static void refusesTheRevoked(Loopback loopback) {
        loopback.accept();
        assertThatThrownBy(() -> loopback.connect(loopback.pki.issue(Role.DEVICE, "camera-1")))
                .isInstanceOfSatisfying(ProtocolException.class, e -> {
                    assertThat(e.code()).isEqualTo(AlertCode.AUTH_FAILED);
                    assertThat(((UntrustedException) e.getCause()).reason()).isEqualTo(Reason.ISSUER_REVOKED);
                });
    }

    static List<Arguments> listsThatSayNothing() {
        return List.of(
                Arguments.of("another root's", (Function<Loopback, Bytes>)
                        loopback -> TestPki.create().rootList(9, loopback.pki.issuingCertificate())),
                Arguments.of("an issuing authority's", (Function<Loopback, Bytes>)
                        loopback -> loopback.pki.crl(List.of(loopback.pki.issuingCertificate()))),
                Arguments.of("one that was changed", (Function<Loopback, Bytes>) loopback -> {
                    byte[] changed = loopback.pki
                            .rootList(9, loopback.pki.issuingCertificate())
                            .toArray();
                    changed[changed.length - 1] ^= 1;
                    return Bytes.of(changed);
                }));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("listsThatSayNothing")
    void a_list_that_the_devices_root_has_not_signed_teaches_nothing_and_costs_no_session(
            String what, Function<Loopback, Bytes> list) throws Exception {
        try (Loopback loopback = new Loopback()) {
            loopback.rootList = list.apply(loopback);
            try (Loopback.Pair pair = loopback.session()) {
                assertThat(pair.device().isOpen()).as(what).isTrue();
            }
            assertThat(loopback.revoked.newest(loopback.pki.root())).isEmpty();
            assertThat(loopback.revoked.named(loopback.pki.root())).isEmpty();
        }
    }

    static List<Arguments> listsThatAreNone() {
        return List.of(
                Arguments.of("no DER", (Function<Loopback, Bytes>) _ -> Bytes.fromHex("3003020100")),
                Arguments.of("a byte behind it", (Function<Loopback, Bytes>)
                        loopback -> Bytes.concat(loopback.pki.rootList(9), Bytes.of((byte) 0))),
                Arguments.of("without a number", (Function<Loopback, Bytes>)
                        loopback -> TestPki.crl(loopback.pki.rootCredential(), List.of())));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("listsThatAreNone")
    void device_takes_what_is_no_list_for_a_violation(String what, Function<Loopback, Bytes> list) throws Exception {
        try (Loopback loopback = new Loopback()) {
            loopback.rootList = list.apply(loopback);
            loopback.accept();
            assertThatThrownBy(() -> loopback.connect(loopback.pki.issue(Role.DEVICE, "camera-1")))
                    .as(what)
                    .isInstanceOfSatisfying(
                            ProtocolException.class, e -> assertThat(e.code()).isEqualTo(AlertCode.PROTOCOL_ERROR));
            assertThat(loopback.revoked.newest(loopback.pki.root())).isEmpty();
        }
    }

    @Test
    void the_largest_list_fits_into_a_handshake() throws Exception {
        try (Loopback loopback = new Loopback()) {
            X509Certificate[] all = new X509Certificate[320];
            Arrays.fill(all, loopback.pki.rotated().issuingCertificate());
            Bytes list = loopback.pki.rootList(9, all);
            assertThat(list.size()).isBetween(RevokedAuthorities.MAX_LIST - 2_000, RevokedAuthorities.MAX_LIST);
            loopback.rootList = list;
            try (Loopback.Pair pair = loopback.session()) {
                assertThat(pair.device().rootList()).isEqualTo(list);
            }
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
            RefusedHandshakeException refused = Loopback.refusal(accepted);
            assertThat(refused.reason()).contains("the database is gone");
            assertThat(refused.getCause()).isInstanceOf(IllegalStateException.class);
        }
    }
}
