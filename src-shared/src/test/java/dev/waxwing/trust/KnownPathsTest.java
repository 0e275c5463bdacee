package dev.waxwing.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.trust.UntrustedException.Reason;
import dev.waxwing.wire.Bytes;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class KnownPathsTest {

    private static final TestPki PKI = TestPki.create();
    private static final List<X509Certificate> ROOT = List.of(PKI.rootCertificate());
    private static final Instant NOW = TestPki.NOW;

    private final AuthoritySignatures signatures = new AuthoritySignatures(CryptoProvider.best());

    @Test
    void a_path_that_held_is_known_for_its_day_and_no_other() throws Exception {
        List<X509Certificate> chain = PKI.issue(Role.DEVICE, "camera-1").chain();
        assertThat(isKnown(chain, ROOT, NOW)).isFalse();
        assertThat(validate(chain, ROOT, NOW)).isEqualTo(PKI.rootCertificate());
        assertThat(isKnown(chain, ROOT, NOW)).isTrue();
        assertThat(isKnown(chain, ROOT, Instant.parse("2026-06-01T00:00:00Z"))).isTrue();
        assertThat(isKnown(chain, ROOT, Instant.parse("2026-06-01T23:59:59Z"))).isTrue();
        assertThat(isKnown(chain, ROOT, Instant.parse("2026-05-31T23:59:59Z"))).isFalse();
        assertThat(isKnown(chain, ROOT, Instant.parse("2026-06-02T00:00:00Z"))).isFalse();
        assertThat(validate(chain, ROOT, NOW)).isEqualTo(PKI.rootCertificate());
    }

    @Test
    void a_path_that_does_not_hold_is_never_known() {
        List<X509Certificate> chain = PKI.issue(Role.DEVICE, "camera-1").chain();
        List<X509Certificate> elsewhere = List.of(TestPki.create().rootCertificate());
        assertRefused(chain, elsewhere, NOW, Reason.UNKNOWN_ISSUER);
        assertThat(isKnown(chain, elsewhere, NOW)).isFalse();
        assertRefused(chain, elsewhere, NOW, Reason.UNKNOWN_ISSUER);
    }

    @Test
    void a_known_path_ends_within_its_day() throws Exception {
        Instant end = NOW.plus(Duration.ofHours(1));
        List<X509Certificate> chain = device(NOW.minus(Duration.ofDays(1)), end);
        validate(chain, ROOT, NOW);
        validate(chain, ROOT, end);
        assertRefused(chain, ROOT, end.plusSeconds(1), Reason.EXPIRED);
    }

    @Test
    void a_known_path_has_not_begun_before_it_does() throws Exception {
        Instant begin = NOW.minus(Duration.ofHours(1));
        List<X509Certificate> chain = device(begin, NOW.plus(Duration.ofDays(1)));
        validate(chain, ROOT, NOW);
        validate(chain, ROOT, begin);
        assertRefused(chain, ROOT, begin.minusSeconds(1), Reason.NOT_YET_VALID);
    }

    @Test
    void an_authority_in_a_known_path_ends_within_its_day() throws Exception {
        Instant end = NOW.plus(Duration.ofHours(1));
        Credential authority = TestPki.authorityUnder(PKI.rootCredential(), "Brief CA", 0)
                .validity(NOW.minus(Duration.ofDays(1)), end)
                .issue();
        List<X509Certificate> chain = Stream.concat(
                        TestPki.requestFrom(authority, Role.DEVICE, "camera-1").issue().chain().stream()
                                .limit(1),
                        Stream.of(authority.certificate()))
                .toList();
        validate(chain, ROOT, NOW);
        assertRefused(chain, ROOT, end.plusSeconds(1), Reason.EXPIRED);
    }

    @Test
    void whatever_certificates_make_up_a_path_it_is_known_as_no_other() {
        List<X509Certificate> c = IntStream.range(0, 3)
                .mapToObj(i -> PKI.issue(Role.DEVICE, "camera-" + i).certificate())
                .toList();
        Set<Bytes> fingerprints = Stream.of(
                        KnownPaths.fingerprint(List.of(c.get(0)), List.of(c.get(1), c.get(2)), NOW),
                        KnownPaths.fingerprint(List.of(c.get(0), c.get(1)), List.of(c.get(2)), NOW),
                        KnownPaths.fingerprint(List.of(c.get(1), c.get(0)), List.of(c.get(2)), NOW),
                        KnownPaths.fingerprint(List.of(c.get(0), c.get(2)), List.of(c.get(1)), NOW),
                        KnownPaths.fingerprint(List.of(c.get(0)), List.of(c.get(1)), NOW))
                .collect(Collectors.toSet());
        assertThat(fingerprints).hasSize(5);
    }

    private static List<X509Certificate> device(Instant from, Instant to) {
        return PKI.request(Role.DEVICE, "camera-1").validity(from, to).issue().chain();
    }

    private boolean isKnown(List<X509Certificate> chain, List<X509Certificate> anchors, Instant at) {
        return signatures
                .paths()
                .anchorOf(KnownPaths.fingerprint(chain, anchors, at))
                .isPresent();
    }

    private X509Certificate validate(List<X509Certificate> chain, List<X509Certificate> anchors, Instant at)
            throws UntrustedException {
        return CertificatePath.validate(chain, anchors, at, signatures);
    }

    private void assertRefused(List<X509Certificate> chain, List<X509Certificate> anchors, Instant at, Reason reason) {
        assertThatExceptionOfType(UntrustedException.class)
                .isThrownBy(() -> validate(chain, anchors, at))
                .satisfies(e -> assertThat(e.reason()).isEqualTo(reason));
    }
}
