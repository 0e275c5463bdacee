package dev.waxwing.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.waxwing.handshake.Action;
import dev.waxwing.handshake.DeviceHandshake;
import dev.waxwing.handshake.DevicePurpose;
import dev.waxwing.handshake.EnrolmentRequestFactory;
import dev.waxwing.handshake.EnrolmentRequestFactory.EnrolmentRequest;
import dev.waxwing.recordlayer.ContentType;
import dev.waxwing.recordlayer.Direction;
import dev.waxwing.trust.Credential;
import dev.waxwing.trust.Role;
import dev.waxwing.trust.TestPki;
import dev.waxwing.trust.UntrustedException;
import dev.waxwing.wire.Alert;
import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.Incident;
import dev.waxwing.wire.PeerAlertException;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.SessionId;
import dev.waxwing.wire.TruncatedException;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Protocol section 9, over real sockets. The desk here looks at nothing: what it checks is its own affair. */
@Timeout(60)
class EnrolmentTest {

    private static final Bytes PKCS10 = Bytes.fromHex("3003020100");

    private final KeyPair keys = TestPki.p256();

    @Test
    void gives_a_device_its_certificate() throws Exception {
        try (Loopback loopback = new Loopback()) {
            AtomicReference<SessionId> atDevice = new AtomicReference<>();
            AtomicReference<SessionId> atDesk = new AtomicReference<>();
            loopback.desk = (token, pkcs10, session) -> {
                atDesk.set(session);
                assertThat(token).isEqualTo(Loopback.TOKEN);
                assertThat(Bytes.of(pkcs10)).isEqualTo(PKCS10);
                return issued(loopback, "camera-1", keys);
            };
            CompletableFuture<Accepted> accepted = loopback.accept();

            EnrolledIdentity identity = loopback.enrol(loopback.dial(), pin(loopback), session -> {
                atDevice.set(session);
                return new EnrolmentRequest(keys, PKCS10);
            });

            assertThat(Loopback.get(accepted))
                    .isEqualTo(new Accepted.Enrolled(
                            Loopback.DEVICE, identity.credential().certificate(), null));
            assertThat(identity.name()).isEqualTo(Loopback.DEVICE);
            assertThat(identity.root().certificate()).isEqualTo(loopback.pki.rootCertificate());
            assertThat(identity.credential().chain()).hasSize(2);
            assertThat(identity.credential().privateKey()).isEqualTo(keys.getPrivate());
            assertThat(atDesk.get()).isEqualTo(atDevice.get());

            // The certificate is good for a session.
            CompletableFuture<Accepted> again = loopback.accept();
            loopback.connect(identity.credential()).abort();
            assertThat(Loopback.get(again)).isInstanceOf(Accepted.Connected.class);
        }
    }

    @Test
    void every_refusal_of_the_desk_is_auth_failed() throws Exception {
        try (Loopback loopback = new Loopback()) {
            loopback.desk = (token, pkcs10, session) -> {
                throw new RefusedException(AlertCode.POLICY, "the invite was redeemed by another key");
            };
            CompletableFuture<Accepted> accepted = loopback.accept();
            assertThatThrownBy(() -> loopback.enrol(loopback.dial(), pin(loopback), requests()))
                    .isInstanceOfSatisfying(
                            PeerAlertException.class,
                            e -> assertThat(e.alert()).isEqualTo(new Alert(AlertCode.AUTH_FAILED, Loopback.INCIDENT)));
            assertThat(Loopback.refusal(accepted).reason()).isEqualTo("the invite was redeemed by another key");
        }
    }

    @Test
    void sends_nothing_secret_to_a_server_whose_root_was_not_pinned() throws Exception {
        try (Loopback loopback = new Loopback();
                Relay relay = loopback.relay()) {
            CompletableFuture<Accepted> accepted = loopback.accept();
            Bytes otherPin = TestPki.create().root().spkiSha256();

            ProtocolException refused = catchThrowableOfType(
                    ProtocolException.class,
                    () -> loopback.enrol(relay.dial(), otherPin, session -> {
                        throw new AssertionError("no key is made for an unknown server");
                    }));

            assertThat(refused.code()).isEqualTo(AlertCode.AUTH_FAILED);
            assertThatThrownBy(() -> Loopback.get(accepted)).isInstanceOf(PeerAlertException.class);
            // ClientHello and one alert.
            assertThat(relay.fromDevice).hasSize(2);
            assertThat(relay.fromDevice.getLast().size()).isEqualTo(8 + 32 + 1 + 16);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void sends_nothing_secret_to_a_server_without_a_present_status(boolean isMissing) throws Exception {
        try (Loopback loopback = new Loopback();
                Relay relay = loopback.relay()) {
            Instant lapsed = TestPki.NOW.minus(Duration.ofHours(1));
            loopback.staple = isMissing
                    ? Bytes.EMPTY
                    : loopback.pki
                            .staple(loopback.pki.ocspResponder())
                            .times(lapsed.minusSeconds(3_600), lapsed)
                            .good(loopback.serverCredential.certificate())
                            .make();
            CompletableFuture<Accepted> accepted = loopback.accept();

            ProtocolException refused = catchThrowableOfType(
                    ProtocolException.class,
                    () -> loopback.enrol(relay.dial(), pin(loopback), session -> {
                        throw new AssertionError("no key is made for a server without a status");
                    }));

            assertThat(refused.code()).isEqualTo(AlertCode.AUTH_FAILED);
            assertThat(((UntrustedException) refused.getCause()).claimedTime()).contains(TestPki.NOW);
            assertThatThrownBy(() -> Loopback.get(accepted)).isInstanceOf(PeerAlertException.class);
            assertThat(relay.fromDevice).hasSize(2);
            assertThat(relay.fromDevice.getLast().slice(0, 8).hex()).isEqualTo("d502000001000031");
        }
    }

    @Test
    void sends_nothing_secret_to_a_server_whose_authority_the_list_names_that_it_shows_or_the_device_has()
            throws Exception {
        try (Loopback loopback = new Loopback()) {
            loopback.rootList = loopback.pki.rootList(9, loopback.pki.issuingCertificate());
            refusesTheRevoked(loopback);
            assertThat(loopback.revoked.newest(loopback.pki.root())).contains(loopback.rootList);

            loopback.rootList = Bytes.EMPTY;
            refusesTheRevoked(loopback);
        }
    }

    private void refusesTheRevoked(Loopback loopback) {
        loopback.accept();
        assertThatThrownBy(() -> loopback.enrolKnowing(loopback.dial(), session -> {
                    throw new AssertionError("no request is made for a thief");
                }))
                .isInstanceOfSatisfying(ProtocolException.class, e -> {
                    assertThat(e.code()).isEqualTo(AlertCode.AUTH_FAILED);
                    assertThat(((UntrustedException) e.getCause()).reason())
                            .isEqualTo(UntrustedException.Reason.ISSUER_REVOKED);
                });
    }

    @Test
    void device_that_gets_no_certificate_has_learnt_from_the_list_all_the_same() throws Exception {
        try (Loopback loopback = new Loopback()) {
            TestPki stolen = loopback.pki.rotated();
            loopback.rootList = loopback.pki.rootList(9, stolen.issuingCertificate());
            loopback.accept();
            assertThatThrownBy(() -> loopback.enrolKnowing(loopback.dial(), requests()))
                    .isInstanceOf(PeerAlertException.class);
            assertThat(loopback.revoked.newest(loopback.pki.root())).contains(loopback.rootList);
        }
    }

    @Test
    void device_refuses_a_certificate_of_an_authority_that_the_list_names() throws Exception {
        try (Loopback loopback = new Loopback()) {
            TestPki stolen = loopback.pki.rotated();
            loopback.rootList = loopback.pki.rootList(9, stolen.issuingCertificate());
            loopback.desk = (token, pkcs10, session) -> {
                Credential own =
                        stolen.request(Role.DEVICE, "camera-1").keys(keys).issue();
                List<X509Certificate> chain = new ArrayList<>(own.chain());
                chain.add(loopback.pki.rootCertificate());
                return chain;
            };
            loopback.accept();
            assertThatThrownBy(() -> loopback.enrol(loopback.dial(), pin(loopback), requests()))
                    .isInstanceOfSatisfying(
                            ProtocolException.class,
                            e -> assertThat(((UntrustedException) e.getCause()).reason())
                                    .isEqualTo(UntrustedException.Reason.ISSUER_REVOKED));
        }
    }

    @Test
    void device_refuses_a_certificate_with_another_name() throws Exception {
        refusesAnswer("camera-2", keys);
    }

    @Test
    void device_refuses_a_certificate_for_another_key() throws Exception {
        refusesAnswer("camera-1", TestPki.p256());
    }

    @Test
    void device_refuses_a_certificate_of_another_authority() throws Exception {
        try (Loopback loopback = new Loopback()) {
            TestPki other = TestPki.create();
            Credential foreign =
                    other.request(Role.DEVICE, "camera-1").keys(keys).issue();
            loopback.desk = (token, pkcs10, session) ->
                    List.of(foreign.certificate(), other.issuingCertificate(), loopback.pki.rootCertificate());
            loopback.accept();
            assertThatThrownBy(() -> loopback.enrol(loopback.dial(), pin(loopback), requests()))
                    .isInstanceOfSatisfying(
                            ProtocolException.class, e -> assertThat(e.code()).isEqualTo(AlertCode.AUTH_FAILED));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = ContentType.class,
            names = {"HANDSHAKE", "APPLICATION", "PING", "PONG"})
    void refuses_anything_but_close_once_the_certificate_is_issued(ContentType type) throws Exception {
        try (Loopback loopback = new Loopback()) {
            loopback.desk = (token, pkcs10, session) -> issued(loopback, "camera-1", keys);
            CompletableFuture<Accepted> accepted = loopback.accept();
            RecordStream device = enrolled(loopback);
            try {
                device.write(type, Bytes.fromHex("0102030405060708"));
                assertThat(device.read()).isEqualTo(ContentType.ALERT);
                assertThat(Alert.decode(device.content()))
                        .isEqualTo(new Alert(AlertCode.PROTOCOL_ERROR, Loopback.INCIDENT));
            } finally {
                device.closeAndDispose();
            }
            // The incident that the device was told leads to the reason.
            assertThat(enrolled(accepted).fault())
                    .isNotNull()
                    .extracting(RefusedHandshakeException::incident)
                    .isEqualTo(Loopback.INCIDENT);
        }
    }

    @Test
    void answers_no_alert_once_the_certificate_is_issued() throws Exception {
        try (Loopback loopback = new Loopback()) {
            loopback.desk = (token, pkcs10, session) -> issued(loopback, "camera-1", keys);
            CompletableFuture<Accepted> accepted = loopback.accept();
            RecordStream device = enrolled(loopback);
            try {
                device.write(ContentType.ALERT, new Alert(AlertCode.AUTH_FAILED, Incident.NONE).encode());
                assertThatThrownBy(device::read).isInstanceOf(TruncatedException.class);
            } finally {
                device.closeAndDispose();
            }
            assertThat(enrolled(accepted).fault()).isNull();
        }
    }

    private static Accepted.Enrolled enrolled(CompletableFuture<Accepted> accepted) throws Exception {
        return (Accepted.Enrolled) Loopback.get(accepted);
    }

    /** A device that got its certificate, and has not said close yet. */
    private RecordStream enrolled(Loopback loopback) throws Exception {
        RecordStream stream = new RecordStream(
                loopback.dial(),
                loopback.deviceCrypto,
                new SecureRandom(),
                new BufferPool(loopback.deviceCrypto),
                Direction.DEVICE_TO_SERVER,
                Direction.SERVER_TO_DEVICE);
        DevicePurpose purpose = new DevicePurpose.Enrolment(
                pin(loopback), Loopback.DEVICE, Bytes.of(Loopback.TOKEN), requests(), TestPki.CLOCK);
        try (DeviceHandshake handshake =
                new DeviceHandshake(loopback.deviceCrypto, loopback.random, loopback.devicePolicy.suites(), purpose)) {
            assertThat(DeviceSteps.toTheEnd(handshake, stream)).isInstanceOf(Action.TakeIdentity.class);
            return stream;
        }
    }

    private void refusesAnswer(String name, KeyPair keyPair) throws Exception {
        try (Loopback loopback = new Loopback()) {
            loopback.desk = (token, pkcs10, session) -> issued(loopback, name, keyPair);
            loopback.accept();
            assertThatThrownBy(() -> loopback.enrol(loopback.dial(), pin(loopback), requests()))
                    .isInstanceOfSatisfying(
                            ProtocolException.class, e -> assertThat(e.code()).isEqualTo(AlertCode.AUTH_FAILED));
        }
    }

    private EnrolmentRequestFactory requests() {
        return session -> new EnrolmentRequest(keys, PKCS10);
    }

    private static Bytes pin(Loopback loopback) {
        return loopback.pki.root().spkiSha256();
    }

    private static List<X509Certificate> issued(Loopback loopback, String name, KeyPair keyPair) {
        Credential device =
                loopback.pki.request(Role.DEVICE, name).keys(keyPair).issue();
        List<X509Certificate> chain = new ArrayList<>(device.chain());
        chain.add(loopback.pki.rootCertificate());
        return chain;
    }
}
