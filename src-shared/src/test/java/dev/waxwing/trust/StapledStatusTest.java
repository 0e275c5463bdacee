package dev.waxwing.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.waxwing.trust.UntrustedException.Reason;
import dev.waxwing.wire.Bytes;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StapledStatusTest {

    private static final TestPki PKI = TestPki.create();
    private static final Instant NOW = TestPki.NOW;
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final X509Certificate server = PKI.issue(Role.SERVER, "gate").certificate();
    private final Credential responder = PKI.ocspResponder();

    @Test
    void believes_a_delegated_responder_and_the_issuer_itself_by_name_and_by_key() {
        accepts(PKI.staple(responder).good(server).make());
        accepts(PKI.stapleByKey(responder).good(server).make());
        accepts(PKI.staple(PKI.issuing()).good(server).make());
        accepts(PKI.stapleByKey(PKI.issuing()).withoutCertificate().good(server).make());
        accepts(PKI.staple(responder).sha256Ids().good(server).make());
    }

    @Test
    void believes_an_rsa_responder() {
        Credential rsa = PKI.responderRequest().keys(TestPki.rsa(2048)).issue();
        accepts(PKI.staple(rsa).good(server).make());
    }

    @Test
    void requires_a_response() {
        refuses(Reason.BAD_STAPLE, Bytes.EMPTY);
    }

    @Test
    void refuses_a_response_above_the_size_limit() {
        byte[] huge = Arrays.copyOf(PKI.goodStaple(server).toArray(), StapledStatus.MAX_STAPLE + 1);
        refuses(Reason.BAD_STAPLE, Bytes.of(huge));
    }

    @Test
    void refuses_revoked_and_unknown_certificates() {
        refuses(
                Reason.REVOKED,
                PKI.staple(responder).revoked(server, NOW.minusSeconds(60)).make());
        refuses(Reason.NOT_IN_INVENTORY, PKI.staple(responder).unknown(server).make());
    }

    @Test
    void refuses_a_revocation_whose_time_is_still_to_come() {
        refuses(
                Reason.REVOKED,
                PKI.staple(responder).revoked(server, NOW.plusSeconds(60)).make());
    }

    @Test
    void allows_five_minutes_of_clock_difference_and_not_a_second_more() {
        Instant start = NOW.plus(StapledStatus.SKEW);
        Instant end = NOW.minus(StapledStatus.SKEW);
        Instant past = NOW.minus(Duration.ofHours(1));
        Instant future = NOW.plus(Duration.ofHours(1));
        accepts(PKI.staple(responder).times(start, future).good(server).make());
        accepts(PKI.staple(responder).times(past, end).good(server).make());
        refuses(
                Reason.STAPLE_TOO_EARLY,
                PKI.staple(responder)
                        .times(start.plus(SECOND), future)
                        .good(server)
                        .make());
        refuses(
                Reason.STAPLE_LAPSED,
                PKI.staple(responder)
                        .times(past, end.minus(SECOND))
                        .good(server)
                        .make());
    }

    @Test
    void refuses_a_response_that_never_lapses() {
        refuses(
                Reason.BAD_STAPLE,
                PKI.staple(responder).times(NOW, null).good(server).make());
    }

    @Test
    void refuses_a_response_about_another_certificate() {
        X509Certificate other = PKI.issue(Role.SERVER, "other").certificate();
        refuses(Reason.BAD_STAPLE, PKI.staple(responder).good(other).make());
    }

    @Test
    void refuses_a_response_about_the_same_serial_number_of_another_issuer() {
        X509Certificate otherIssuer = TestPki.create().issuingCertificate();
        refuses(
                Reason.BAD_STAPLE,
                PKI.staple(responder, otherIssuer).good(server).make());
    }

    @Test
    void finds_the_right_statement_among_several_and_refuses_two_about_one() {
        X509Certificate other = PKI.issue(Role.SERVER, "other").certificate();
        accepts(PKI.staple(responder).revoked(other, NOW).good(server).make());
        refuses(
                Reason.REVOKED,
                PKI.staple(responder).good(other).revoked(server, NOW).make());
        refuses(
                Reason.BAD_STAPLE,
                PKI.staple(responder).good(server).revoked(server, NOW).make());
    }

    @Test
    void refuses_signers_that_were_not_delegated() {
        Credential device = PKI.issue(Role.DEVICE, "camera-7");
        refuses(Reason.BAD_STAPLE, PKI.staple(device).good(server).make());

        Credential stranger = TestPki.create().ocspResponder();
        refuses(Reason.BAD_STAPLE, PKI.staple(stranger).good(server).make());

        Credential asIssuer = new Credential(responder.privateKey(), List.of(responder.certificate()));
        Credential deeper = TestPki.requestFrom(asIssuer, Role.SERVER, "x")
                .usages("1.3.6.1.5.5.7.3.9")
                .issue();
        refuses(Reason.BAD_STAPLE, PKI.staple(deeper).good(server).make());

        Credential byRoot = TestPki.requestFrom(PKI.rootCredential(), Role.SERVER, "x")
                .usages("1.3.6.1.5.5.7.3.9")
                .issue();
        refuses(Reason.BAD_STAPLE, PKI.staple(byRoot).good(server).make());
    }

    @Test
    void refuses_a_responder_that_is_not_valid_at_present_and_one_with_more_than_one_usage() {
        Credential expired = PKI.responderRequest().expired().issue();
        refuses(Reason.STAPLE_LAPSED, PKI.staple(expired).good(server).make());
        Credential early = PKI.responderRequest().notYetValid().issue();
        refuses(Reason.STAPLE_TOO_EARLY, PKI.staple(early).good(server).make());
        Credential both = PKI.responderRequest()
                .usages("1.3.6.1.5.5.7.3.9", Role.DEVICE.oid())
                .issue();
        refuses(Reason.BAD_STAPLE, PKI.staple(both).good(server).make());
    }

    @Test
    void refuses_a_response_that_another_key_signed() {
        Credential forger = new Credential(TestPki.p256().getPrivate(), responder.chain());
        refuses(
                Reason.BAD_STAPLE,
                PKI.staple(responder).good(server).signedBy(forger).make());
        refuses(
                Reason.BAD_STAPLE,
                PKI.staple(PKI.issuing()).good(server).signedBy(responder).make());
    }

    @Test
    void refuses_a_delegated_responder_that_did_not_enclose_its_certificate() {
        refuses(
                Reason.BAD_STAPLE,
                PKI.staple(responder).withoutCertificate().good(server).make());
    }

    @Test
    void never_opens_a_connection_to_the_certificates_ocsp_locator() throws Exception {
        try (ServerSocket locator = new ServerSocket(0)) {
            String url = "http://127.0.0.1:" + locator.getLocalPort() + "/ocsp";
            Credential located =
                    PKI.request(Role.SERVER, "gate").ocspLocator(url).issue();
            PKI.verifier(Role.SERVER)
                    .verify(
                            located.chain(),
                            PKI.staple(responder).good(located.certificate()).make());
            assertThatExceptionOfType(UntrustedException.class)
                    .isThrownBy(() -> PKI.verifier(Role.SERVER).verify(located.chain(), Bytes.EMPTY));
            assertThatExceptionOfType(UntrustedException.class)
                    .isThrownBy(() -> PKI.verifier(Role.SERVER)
                            .verify(
                                    located.chain(),
                                    PKI.staple(responder)
                                            .unknown(located.certificate())
                                            .make()));
            locator.setSoTimeout(50);
            assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(locator::accept);
        }
    }

    @Test
    void refuses_every_strict_prefix() {
        byte[] staple = PKI.goodStaple(server).toArray();
        for (int length = 0; length < staple.length; length++) {
            Bytes prefix = Bytes.of(Arrays.copyOf(staple, length));
            assertThatExceptionOfType(UntrustedException.class).isThrownBy(() -> check(prefix));
        }
    }

    @Test
    void never_escapes_its_exception_and_never_believes_a_changed_signed_byte() throws Exception {
        byte[] staple = PKI.staple(PKI.issuing())
                .withoutCertificate()
                .good(server)
                .make()
                .toArray();
        byte[] signed = OcspResponse.parse(staple).signedContent().toArray();
        int start = indexOf(staple, signed);
        Random random = new Random(20260601);
        for (int round = 0; round < 3000; round++) {
            byte[] changed = staple.clone();
            int place = random.nextInt(changed.length);
            changed[place] ^= (byte) (1 + random.nextInt(255));
            boolean believed = true;
            try {
                check(Bytes.of(changed));
            } catch (UntrustedException e) {
                believed = false;
            }
            boolean inSigned = place >= start && place < start + signed.length;
            assertThat(believed && inSigned).as("byte %d", place).isFalse();
        }
    }

    @Test
    void survives_random_bytes() {
        Random random = new Random(4711);
        for (int round = 0; round < 2000; round++) {
            byte[] bytes = new byte[1 + random.nextInt(300)];
            random.nextBytes(bytes);
            if (round % 2 == 0) {
                bytes[0] = 0x30;
            }
            assertThatExceptionOfType(UntrustedException.class).isThrownBy(() -> check(Bytes.of(bytes)));
        }
    }

    private static int indexOf(byte[] in, byte[] what) {
        int place = 0;
        while (!Arrays.equals(in, place, place + what.length, what, 0, what.length)) {
            place++;
        }
        return place;
    }

    private void check(Bytes staple) throws UntrustedException {
        new StapledStatus().check(server, PKI.issuingCertificate(), staple, NOW);
    }

    private void accepts(Bytes staple) {
        assertThatCode(() -> check(staple)).doesNotThrowAnyException();
    }

    private void refuses(Reason reason, Bytes staple) {
        assertThatExceptionOfType(UntrustedException.class)
                .isThrownBy(() -> check(staple))
                .satisfies(e -> assertThat(e.reason()).as(e.getMessage()).isEqualTo(reason));
    }
}
