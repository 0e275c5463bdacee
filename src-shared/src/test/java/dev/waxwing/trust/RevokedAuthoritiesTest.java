package dev.waxwing.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.waxwing.trust.UntrustedException.Reason;
import dev.waxwing.wire.Bytes;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Protocol section 7.4: authorities that a root has revoked. */
class RevokedAuthoritiesTest {

    private final TestPki former = TestPki.create();
    private final TestPki current = former.rotated();
    private final RevokedAuthorities known = new RevokedAuthorities(TrustedRoots.of(former.root()));

    private static void refuses(Reason reason, RevokedAuthorities known, Bytes list) {
        assertThatExceptionOfType(UntrustedException.class)
                .isThrownBy(() -> known.take(list))
                .returns(reason, UntrustedException::reason);
    }

    private static boolean believes(TestPki pki, RevokedAuthorities known) {
        Credential server = pki.issue(Role.SERVER, "gate-01");
        try {
            pki.verifier(Role.SERVER).knowing(known).verify(server.chain(), pki.goodStaple(server.certificate()));
            return true;
        } catch (UntrustedException e) {
            assertThat(e.reason()).isEqualTo(Reason.ISSUER_REVOKED);
            return false;
        }
    }

    @Test
    void a_server_under_a_revoked_authority_is_refused_however_good_its_status_is_and_another_is_not()
            throws Exception {
        assertThat(believes(former, known)).isTrue();
        assertThat(known.take(former.rootList(7, former.issuingCertificate())).map(TrustedRoot::certificate))
                .contains(former.rootCertificate());
        assertThat(believes(former, known)).isFalse();
        assertThat(believes(current, known)).isTrue();
    }

    @Test
    void a_peer_that_was_verified_before_does_not_hold_any_more() throws Exception {
        Credential server = former.issue(Role.SERVER, "gate-01");
        Bytes staple = former.goodStaple(server.certificate());
        PeerVerifier verifier = former.verifier(Role.SERVER).knowing(known);
        VerifiedPeer peer = verifier.verify(server.chain(), staple);
        assertThatCode(() -> verifier.verifyAgain(peer, staple)).doesNotThrowAnyException();
        known.take(former.rootList(7, former.issuingCertificate()));
        assertThatExceptionOfType(UntrustedException.class)
                .isThrownBy(() -> verifier.verifyAgain(peer, staple))
                .returns(Reason.ISSUER_REVOKED, UntrustedException::reason);
    }

    @Test
    void what_a_verifier_also_refuses_it_goes_on_refusing() throws Exception {
        known.take(former.rootList(7, former.issuingCertificate()));
        Credential own = former.issue(Role.SERVER, "own");
        assertThatExceptionOfType(UntrustedException.class)
                .isThrownBy(() -> former.verifier(Role.SERVER)
                        .knowing(known)
                        .refusing(own.certificate())
                        .verify(own.chain(), Bytes.EMPTY))
                .returns(Reason.OWN_CERTIFICATE, UntrustedException::reason);
    }

    @Test
    void an_older_list_teaches_what_it_names_and_a_newer_one_takes_nothing_back() throws Exception {
        Bytes newest = former.rootList(7, former.issuingCertificate());
        known.take(newest);
        assertThat(known.take(newest)).isEmpty();
        assertThat(known.take(former.rootList(7))).isEmpty();
        assertThat(known.take(former.rootList(6))).isEmpty();
        assertThat(believes(current, known)).isTrue();
        Bytes older = former.rootList(6, current.issuingCertificate());
        assertThat(known.take(older)).isPresent();
        assertThat(known.take(older)).isEmpty();
        assertThat(known.newest(former.root())).contains(newest);
        assertThat(believes(current, known)).isFalse();

        Bytes without = former.rootList(8);
        assertThat(known.take(without)).isPresent();
        assertThat(known.newest(former.root())).contains(without);
        assertThat(believes(former, known)).as("revoked is for good").isFalse();
    }

    @Test
    void what_an_earlier_list_named_can_be_remembered_from_a_file() throws Exception {
        known.take(former.rootList(7, former.issuingCertificate()));
        RevokedAuthorities later = new RevokedAuthorities(TrustedRoots.of(former.root()));
        later.remember(former.root(), known.named(former.root()));
        assertThat(later.newest(former.root())).isEmpty();
        assertThat(believes(former, later)).isFalse();
    }

    @Test
    void refuses_what_no_root_of_this_device_has_signed() throws Exception {
        TestPki other = TestPki.create();
        refuses(Reason.UNKNOWN_ISSUER, known, other.rootList(7, former.issuingCertificate()));
        refuses(Reason.UNKNOWN_ISSUER, known, former.crl(List.of(former.issuingCertificate())));
        byte[] forged = former.rootList(7, former.issuingCertificate()).toArray();
        forged[forged.length - 1] ^= 1;
        refuses(Reason.UNKNOWN_ISSUER, known, Bytes.of(forged));
        assertThat(believes(former, known)).isTrue();
        assertThat(known.newest(former.root())).isEmpty();
    }

    @Test
    void refuses_a_list_without_a_number_or_beyond_the_limit_or_with_bytes_behind_it() throws Exception {
        refuses(Reason.MALFORMED, known, TestPki.crl(former.rootCredential(), List.of()));
        refuses(Reason.MALFORMED, known, Bytes.of(new byte[RevokedAuthorities.MAX_LIST + 1]));
        byte[] whole = former.rootList(7).toArray();
        refuses(Reason.MALFORMED, known, Bytes.of(Arrays.copyOf(whole, whole.length + 1)));
        assertThat(known.take(Bytes.of(whole))).isPresent();
    }

    @Test
    void no_changed_bit_of_a_list_is_believed_and_no_beginning_of_one() {
        byte[] whole = former.rootList(7, former.issuingCertificate()).toArray();
        Random random = new Random(7);
        for (int round = 0; round < 300; round++) {
            byte[] changed = whole.clone();
            changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
            assertThatExceptionOfType(UntrustedException.class).isThrownBy(() -> known.take(Bytes.of(changed)));
        }
        for (int length = 0; length < whole.length; length++) {
            Bytes prefix = Bytes.of(Arrays.copyOf(whole, length));
            assertThatExceptionOfType(UntrustedException.class).isThrownBy(() -> known.take(prefix));
        }
    }

    @Test
    void each_root_has_its_own_list() throws Exception {
        TestPki other = TestPki.create();
        RevokedAuthorities both =
                new RevokedAuthorities(TrustedRoots.of(List.of(former.rootCertificate(), other.rootCertificate())));
        both.take(former.rootList(900, former.issuingCertificate()));
        assertThat(both.take(other.rootList(2, other.issuingCertificate())).map(TrustedRoot::certificate))
                .contains(other.rootCertificate());
        assertThat(believes(former, both)).isFalse();
        assertThat(believes(other, both)).isFalse();
        assertThat(believes(current, both)).isTrue();
        assertThat(both.named(former.root()))
                .containsExactly(former.issuingCertificate().getSerialNumber());
    }
}
