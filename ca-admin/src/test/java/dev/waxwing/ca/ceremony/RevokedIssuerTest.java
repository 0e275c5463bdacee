package dev.waxwing.ca.ceremony;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.waxwing.ca.AdjustableClock;
import dev.waxwing.ca.DyingDatabase;
import dev.waxwing.ca.PkixCheck;
import dev.waxwing.ca.TestDeployment;
import dev.waxwing.ca.TestRequests;
import dev.waxwing.ca.authority.AuthorityId;
import dev.waxwing.ca.authority.IssuingAuthority;
import dev.waxwing.ca.authority.IssuingAuthority.State;
import dev.waxwing.ca.authority.KeysProperties;
import dev.waxwing.ca.authority.Withdrawal;
import dev.waxwing.ca.inventory.RevocationReason;
import dev.waxwing.ca.issuance.CertificateOrder;
import dev.waxwing.ca.issuance.IssuedCertificate;
import dev.waxwing.ca.issuance.Preparation;
import dev.waxwing.ca.issuance.PreparedCertificate;
import dev.waxwing.ca.revocation.ListNumberJump;
import dev.waxwing.ca.revocation.Sweep;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CRLReason;
import java.security.cert.CertPathValidatorException;
import java.security.cert.X509CRL;
import java.security.cert.X509CRLEntry;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.OCSPReqBuilder;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The own certificate of a former issuing authority is revoked. */
@Timeout(60)
class RevokedIssuerTest {

    /** The JDK takes what is revoked at the moment of the check for not revoked yet. */
    private static final Duration A_MOMENT = Duration.ofSeconds(1);

    /** More than a revocation has, so that the last round goes through. */
    private static final int MOST_STEPS = 50;

    private static final String PASSPHRASE = "seven brown owls at dusk";

    private final AdjustableClock clock = new AdjustableClock(Instant.now().truncatedTo(ChronoUnit.SECONDS));
    private final DyingDatabase database = new DyingDatabase(TestDeployment.newDatabase());

    @TempDir
    Path directory;

    private TestDeployment deployment;
    private IssuedCertificate before;
    private IssuingAuthority former;

    @BeforeEach
    void rotate() {
        deployment = new TestDeployment(
                directory, database.dataSource(), clock, new KeysProperties(null), TestDeployment.properties(null));
        before = deployment.issue("camera-01");
        AuthorityId id = deployment.authority.issuing().id();
        deployment.ceremonies.rotateIssuing("anna");
        former = deployment.authority.issuer(id).orElseThrow();
    }

    private CeremonyResult<Sweep> revoke(RevocationReason reason) {
        return deployment.ceremonies.revokeIssuing(former.id(), reason, "anna");
    }

    private Sweep revoked() {
        return switch (revoke(RevocationReason.CA_COMPROMISE)) {
            case CeremonyResult.Done<Sweep>(Sweep sweep) -> sweep;
            case CeremonyResult.Refused<Sweep> refused -> throw new AssertionError(refused.toString());
        };
    }

    private static String refused(CeremonyResult<?> result) {
        return switch (result) {
            case CeremonyResult.Refused<?>(String detail, String _) -> detail;
            case CeremonyResult.Done<?> done -> throw new AssertionError("not refused: " + done);
        };
    }

    private X509CRL rootList() throws Exception {
        return PkixCheck.crl(deployment.lists.root().der());
    }

    @Test
    void the_roots_list_names_it_and_chains_through_it_are_refused_and_others_are_not() throws Exception {
        long number = deployment.lists.root().number();
        PkixCheck.of(deployment).withLists(before.certificate());

        Sweep sweep = revoked();
        Instant at = clock.instant();
        clock.advance(A_MOMENT);

        assertThat(sweep.state()).isEqualTo(Sweep.State.DONE);
        assertThat(deployment.lists.root().number()).isGreaterThan(number);
        assertThat(deployment.lists.root().nextUpdate()).isEqualTo(at.plus(Duration.ofDays(365)));
        X509CRL list = rootList();
        list.verify(deployment.authority.rootCertificate().getPublicKey());
        X509CRLEntry entry = list.getRevokedCertificate(former.certificate().getSerialNumber());
        assertThat(entry.getRevocationReason()).isEqualTo(CRLReason.CA_COMPROMISE);
        assertThat(entry.getRevocationDate()).isEqualTo(Date.from(at));
        assertThat(list.getRevokedCertificates()).hasSize(1);
        assertThatThrownBy(() -> PkixCheck.of(deployment).withLists(before.certificate()))
                .isInstanceOf(CertPathValidatorException.class)
                .hasMessageContaining("revoked");
        PkixCheck.of(deployment).withLists(deployment.issue("camera-02").certificate());
        assertThat(deployment.revokedIssuers).containsExactly(former.id());
        assertThat(deployment.audit.reasons("authority.revoked"))
                .containsExactly("cACompromise; before: retired, not on the root's list " + number
                        + "; now: revoked since " + at + ", on every list of the root after that");
    }

    @Test
    void nothing_that_it_has_issued_counts_any_more_whoever_is_asked() throws Exception {
        revoked();
        clock.advance(A_MOMENT);
        for (TestDeployment each : List.of(deployment, deployment.restarted())) {
            assertThat(each.inventory.countLive(former.id())).isZero();
            assertThat(each.revocation.isRevoked(before.certificate())).isTrue();
            each.credentials.renewWhereDue();
            each.lists.rebuildWhereChanged();
            assertThat(each.inventory.countLive(former.id()))
                    .as("no responder is certified by it either")
                    .isZero();
            assertThat(PkixCheck.crl(each.lists.of(former.id()).orElseThrow().der())
                            .getRevokedCertificate(before.certificate().getSerialNumber()))
                    .isNotNull();
            assertThat(each.credentials.responder(former.id())).isEmpty();
            assertThat(each.keys.list("ocsp-")).doesNotContain("ocsp-" + former.id());
            assertThatItSaysRevokedItself(each);
            each.responder.staple(each.credentials.server().certificate());
        }
    }

    private void assertThatItSaysRevokedItself(TestDeployment each) throws Exception {
        X509CertificateHolder issuer =
                new X509CertificateHolder(former.certificate().getEncoded());
        CertificateID id = new CertificateID(
                new JcaDigestCalculatorProviderBuilder().build().get(CertificateID.HASH_SHA1),
                issuer,
                before.certificate().getSerialNumber());
        byte[] request = new OCSPReqBuilder().addRequest(id).build().getEncoded();
        BasicOCSPResp answer =
                (BasicOCSPResp) new OCSPResp(each.responder.respond(request, "192.0.2.1")).getResponseObject();
        assertThat(answer.getResponses()[0].getCertStatus()).isInstanceOf(RevokedStatus.class);
        assertThat(answer.getCerts()).isEmpty();
        assertThat(answer.isSignatureValid(new JcaContentVerifierProviderBuilder().build(former.certificate())))
                .isTrue();
        assertThatThrownBy(() -> PkixCheck.of(each)
                        .withStaple(before.certificate(), each.responder.staple(before.certificate())))
                .as("the JDK believes the answer, and it is no good one")
                .hasMessageContaining("revoked");
    }

    @Test
    void the_present_authority_is_rotated_first() {
        AuthorityId current = deployment.authority.issuing().id();
        assertThat(refused(deployment.ceremonies.revokeIssuing(current, RevocationReason.CA_COMPROMISE, "anna")))
                .contains("bin/server rotate-issuing");
        assertThat(deployment.authority.revokedIssuers()).isEmpty();
        assertThat(deployment.audit.reasons("authority.revocation-refused")).hasSize(1);
    }

    @Test
    void it_is_for_good_and_for_one_reason() throws Exception {
        assertThat(refused(revoke(RevocationReason.CERTIFICATE_HOLD))).contains("for good", "cACompromise");
        assertThat(refused(revoke(RevocationReason.KEY_COMPROMISE))).contains("is called cACompromise");
        assertThat(deployment.authority.revokedIssuers()).isEmpty();

        revoked();
        long number = deployment.lists.root().number();
        assertThat(refused(revoke(RevocationReason.SUPERSEDED))).contains("as cACompromise", "not changed afterwards");
        assertThat(revoked().total()).isZero();
        assertThat(deployment.lists.root().number())
                .as("the same again changes nothing")
                .isEqualTo(number);
        assertThat(deployment.audit.reasons("authority.revoked")).hasSize(1);
        assertThat(rootList().getRevokedCertificates()).hasSize(1);
    }

    @Test
    void without_the_roots_key_it_refuses_and_says_what_to_do_and_succeeds_once_it_is_back() {
        byte[] export = ((CeremonyResult.Done<byte[]>) deployment.ceremonies.exportRoot(PASSPHRASE, "anna")).result();
        deployment.ceremonies.removeRoot(export, PASSPHRASE, "anna");
        long number = deployment.lists.root().number();

        assertThat(refused(revoke(RevocationReason.SUPERSEDED)))
                .contains("bin/server root import FILE")
                .contains("bin/server root remove FILE");
        assertThat(deployment.authority.revokedIssuers()).isEmpty();
        assertThat(deployment.revocation.isRevoked(before.certificate())).isFalse();
        assertThat(deployment.lists.root().number()).isEqualTo(number);

        deployment.ceremonies.importRoot(export, PASSPHRASE, "anna");
        revoked();
        deployment.ceremonies.removeRoot(export, PASSPHRASE, "anna");
        assertThat(deployment.restarted().lists.root().number()).isEqualTo(number + 3);
        assertThat(revoked().total()).as("what is revoked needs no key").isZero();
    }

    @Test
    void it_stays_on_the_list_beyond_its_own_end() throws Exception {
        revoked();
        clock.advance(Duration.ofDays(7 * 365));
        deployment.lists.rebuildWhereDue();
        assertThat(rootList().getThisUpdate()).isEqualTo(Date.from(clock.instant()));
        assertThat(rootList().getRevokedCertificate(former.certificate().getSerialNumber()))
                .isNotNull();
    }

    @Test
    void one_that_has_ended_is_not_revoked_any_more() {
        clock.advance(Duration.ofDays(6 * 365));
        assertThat(refused(revoke(RevocationReason.CA_COMPROMISE))).contains("nothing trusts it any more");
    }

    @Test
    void after_a_restore_the_list_goes_on_beyond_all_that_was_published_and_still_names_it() throws Exception {
        revoked();
        long published = deployment.lists.root().number();
        ListNumberJump.raise(deployment.jdbc, clock.instant());

        deployment = deployment.restarted();
        assertThat(deployment.lists.root().number())
                .isGreaterThan(clock.instant().getEpochSecond())
                .isGreaterThan(published);
        assertThat(rootList().getRevokedCertificate(former.certificate().getSerialNumber()))
                .isNotNull();
        assertThat(deployment.authority.issuer(former.id()).orElseThrow().withdrawal())
                .isEqualTo(new Withdrawal(clock.instant(), "cACompromise", "anna"));
    }

    @Test
    void one_whose_turn_has_not_come_never_gets_it() {
        IssuingAuthority prepared = deployment.authority.prepareIssuing();
        assertThat(deployment.ceremonies.revokeIssuing(prepared.id(), RevocationReason.CA_COMPROMISE, "anna"))
                .isInstanceOf(CeremonyResult.Done.class);
        deployment.ceremonies.rotateIssuing("anna");
        assertThat(deployment.authority.issuing().id()).isNotEqualTo(prepared.id());
        assertThat(deployment.authority.issuer(prepared.id()).orElseThrow().state())
                .isEqualTo(State.PREPARED);
    }

    @Test
    void a_sweep_for_another_reason_is_waited_for_before_anything_is_done() {
        List<String> refusals = new ArrayList<>();
        database.dieAfter("SELECT serial_number, issuer, subject", 0, () -> {
            database.live();
            refusals.add(refused(revoke(RevocationReason.CA_COMPROMISE)));
        });
        deployment.sweeps.order(former.id(), RevocationReason.SUPERSEDED, "anna");
        assertThat(refusals).singleElement().asString().contains("another reason");
        assertThat(deployment.authority.revokedIssuers()).isEmpty();
    }

    @Test
    void not_while_the_servers_own_certificates_are_from_it() throws Exception {
        AuthorityId id = deployment.authority.issuing().id();
        Path key = directory.resolve("keys/receipt.pem");
        Files.delete(key);
        Files.createDirectories(key.resolve("in-the-way"));
        deployment.ceremonies.rotateIssuing("anna");

        former = deployment.authority.issuer(id).orElseThrow();
        assertThat(refused(revoke(RevocationReason.CA_COMPROMISE)))
                .contains("own certificates are still from issuing authority " + id);
        assertThat(deployment.authority.revokedIssuers()).isEmpty();

        Files.delete(key.resolve("in-the-way"));
        Files.delete(key);
        revoked();
        assertThat(deployment.credentials.areOf(id)).isFalse();
    }

    @Test
    void a_list_that_cannot_be_signed_keeps_nothing_else_from_being_done() throws Exception {
        Ceremonies ceremonies = new Ceremonies(
                deployment.authority,
                deployment.credentials,
                deployment.lists,
                deployment.sweeps,
                deployment.audit,
                deployment.transactions,
                _ -> database.live(),
                clock);
        database.dieAfter("UPDATE revocation_list", 0, () -> {});

        assertThat(refused(ceremonies.revokeIssuing(former.id(), RevocationReason.CA_COMPROMISE, "anna")))
                .contains("but the root's list does not say so yet");
        assertThat(rootList().getRevokedCertificate(former.certificate().getSerialNumber()))
                .isNull();
        await().until(() -> deployment.inventory.countLive(former.id()) == 0);

        deployment.lists.rebuildWhereDue();
        assertThat(rootList().getRevokedCertificate(former.certificate().getSerialNumber()))
                .isNotNull();
        assertThat(deployment.rootLists).last().isEqualTo(deployment.lists.root());
    }

    @Test
    void asking_again_without_the_roots_key_says_what_to_bring() {
        byte[] export = ((CeremonyResult.Done<byte[]>) deployment.ceremonies.exportRoot(PASSPHRASE, "anna")).result();
        deployment.ceremonies.removeRoot(export, PASSPHRASE, "anna");
        withdrawn();

        assertThat(refused(revoke(RevocationReason.CA_COMPROMISE))).contains("bin/server root import FILE");
        await().until(() -> deployment.inventory.countLive(former.id()) == 0);
        deployment.ceremonies.importRoot(export, PASSPHRASE, "anna");
        assertThat(revoked().total()).isZero();
        assertThat(deployment.lists.lacksRevokedIssuers()).isFalse();
    }

    @Test
    void what_it_has_issued_is_revoked_by_the_schedule_where_nobody_has_ordered_it() {
        withdrawn();
        deployment.sweeps.sweepRevokedAuthorities();
        await().until(() -> deployment.inventory.countLive(former.id()) == 0);
        assertThat(deployment.revocation.isRevoked(before.certificate())).isTrue();
    }

    @Test
    void what_was_being_signed_when_it_was_revoked_becomes_no_certificate() {
        former =
                deployment.authority.issuer(deployment.authority.issuing().id()).orElseThrow();
        CertificateOrder order = deployment.order("camera-02", "camera", TestRequests.p256());
        PreparedCertificate prepared = ((Preparation.Prepared) deployment.issuance.prepare(order)).certificate();
        deployment.ceremonies.rotateIssuing("anna");
        withdrawn();
        assertThat(deployment.issuance.sign(prepared)).isEmpty();
        assertThat(deployment.inventory.find(prepared.serialNumber())).isEmpty();
    }

    /** The revocation is stored, and nothing has followed from it. */
    private void withdrawn() {
        deployment.authority.withdraw(
                former, new Withdrawal(clock.instant(), "cACompromise", "anna"), deployment.transactions, () -> {});
    }

    /** The process dies after each statement and commit of the revocation, and starts again. */
    @Test
    void what_was_interrupted_is_completed_by_the_next_start() throws Exception {
        boolean interrupted = true;
        boolean wasRevoked = false;
        for (int steps = 0; interrupted; steps++) {
            assertThat(steps).isLessThan(MOST_STEPS);
            AuthorityId id = deployment.authority.issuing().id();
            before = deployment.issue("camera-" + steps);
            deployment.ceremonies.rotateIssuing("anna");
            former = deployment.authority.issuer(id).orElseThrow();
            database.dieAfter(steps, () -> {});
            try {
                Sweep sweep = revoked();
                interrupted = database.isDead() || sweep.state() != Sweep.State.DONE;
            } catch (RuntimeException e) {
                assertThat(database.isDead()).as(e.toString()).isTrue();
            }
            database.live();

            deployment = deployment.restarted();
            deployment.sweeps.start();
            boolean isRevoked = deployment.authority.issuer(id).orElseThrow().isRevoked();
            assertThat(isRevoked || !wasRevoked)
                    .as("once the intent is stored it is carried out")
                    .isTrue();
            wasRevoked |= isRevoked;
            assertThat(rootList().getRevokedCertificate(former.certificate().getSerialNumber()) != null)
                    .as("step " + steps)
                    .isEqualTo(isRevoked);
            assertThat(deployment.audit.reasons("authority.revoked").size()).isLessThanOrEqualTo(1);
            if (isRevoked) {
                await().until(() -> deployment.inventory.countLive(id) == 0);
                assertThat(deployment.revocation.isRevoked(before.certificate()))
                        .isTrue();
            } else {
                PkixCheck.of(deployment).withLists(before.certificate());
                revoked();
            }
        }
        assertThat(wasRevoked).isTrue();
    }
}
