package dev.waxwing.ca.ceremony;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.waxwing.ca.PkixCheck;
import dev.waxwing.ca.TestDeployment;
import dev.waxwing.ca.TestRequests;
import dev.waxwing.ca.authority.AuthorityId;
import dev.waxwing.ca.authority.IssuingAuthority;
import dev.waxwing.ca.authority.IssuingAuthority.State;
import dev.waxwing.ca.authority.KeysProperties;
import dev.waxwing.ca.inventory.RevocationReason;
import dev.waxwing.ca.inventory.SerialNumber;
import dev.waxwing.ca.issuance.IssuedCertificate;
import dev.waxwing.ca.issuance.Preparation;
import dev.waxwing.ca.revocation.RevocationList;
import dev.waxwing.trust.Credential;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.OCSPReqBuilder;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cert.ocsp.UnknownStatus;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RotationTest {

    @TempDir
    Path directory;

    private TestDeployment deployment;
    private IssuedCertificate before;
    private AuthorityId former;

    @BeforeEach
    void start() {
        deployment = TestDeployment.in(directory);
        before = deployment.issue("camera-01");
        former = deployment.authority.issuing().id();
    }

    private static IssuingAuthority rotate(TestDeployment deployment) {
        return switch (deployment.ceremonies.rotateIssuing("anna")) {
            case CeremonyResult.Done<IssuingAuthority>(var current) -> current;
            case CeremonyResult.Refused<IssuingAuthority> refused -> throw new AssertionError(refused.toString());
        };
    }

    @Test
    void new_certificates_come_from_the_new_authority_and_both_kinds_hold() throws Exception {
        IssuingAuthority current = rotate(deployment);
        IssuedCertificate after = deployment.issue("camera-02");

        assertThat(current.state()).isEqualTo(State.CURRENT);
        assertThat(deployment.authority.issuers())
                .extracting(IssuingAuthority::id, IssuingAuthority::state)
                .containsExactly(tuple(current.id(), State.CURRENT), tuple(former, State.RETIRED));
        assertThat(after.issuer()).isEqualTo(current.certificate());
        assertThat(after.chain()).containsExactly(after.certificate(), current.certificate());
        assertThat(deployment.inventory.find(after.serialNumber()).orElseThrow().issuer())
                .isEqualTo(current.id());
        assertThat(deployment
                        .inventory
                        .find(before.serialNumber())
                        .orElseThrow()
                        .issuer())
                .isEqualTo(former);
        judge(deployment, before.certificate(), after.certificate());
        judge(deployment.restarted(), before.certificate(), after.certificate());
        assertThat(deployment.audit.reasons("authority.rotated")).containsExactly("in place of " + former);
    }

    /** The JDK, by the lists and by an answer that came along. */
    private static void judge(TestDeployment deployment, X509Certificate... good) throws Exception {
        for (X509Certificate certificate : good) {
            PkixCheck.of(deployment).withLists(certificate);
            PkixCheck.of(deployment).withStaple(certificate, deployment.responder.staple(certificate));
        }
    }

    @Test
    void the_servers_own_certificates_are_renewed_and_the_responder_of_the_former_authority_stays() {
        Credential server = deployment.credentials.server();
        Credential receipt = deployment.credentials.receipt();
        Credential responder = deployment.responderKey();

        IssuingAuthority current = rotate(deployment);

        assertThat(deployment.credentials.server().chain().getLast()).isEqualTo(current.certificate());
        assertThat(deployment.credentials.receipt().chain().getLast()).isEqualTo(current.certificate());
        assertThat(deployment.responderKey().chain().getLast()).isEqualTo(current.certificate());
        assertThat(deployment.credentials.responder(former)).containsSame(responder);
        // They were not revoked: what runs with them goes on, and what they signed stays good.
        for (Credential old : List.of(server, receipt)) {
            assertThat(deployment.revocation.isRevoked(old.certificate())).isFalse();
        }
    }

    @Test
    void a_revocation_stands_on_the_list_of_its_issuer_and_on_no_other() throws Exception {
        IssuingAuthority current = rotate(deployment);
        IssuedCertificate after = deployment.issue("camera-02");
        RevocationList formers = deployment.lists.of(former).orElseThrow();
        RevocationList currents = deployment.lists.issuing();

        deployment.revocation.revoke(before.serialNumber(), RevocationReason.KEY_COMPROMISE, "anna");
        deployment.clock.advance(Duration.ofSeconds(1));
        deployment.lists.rebuildWhereChanged();

        assertThat(deployment.lists.issuing()).as("nothing changed in it").isSameAs(currents);
        RevocationList changed = deployment.lists.of(former).orElseThrow();
        assertThat(changed.number()).isEqualTo(formers.number() + 1);
        var list = PkixCheck.crl(changed.der());
        assertThat(list.isRevoked(before.certificate())).isTrue();
        assertThat(list.getIssuerX500Principal()).isEqualTo(before.issuer().getSubjectX500Principal());
        assertThatThrownBy(() -> PkixCheck.of(deployment).withLists(before.certificate()))
                .hasMessageContaining("revoked");
        assertThatThrownBy(() -> PkixCheck.of(deployment)
                        .withStaple(before.certificate(), deployment.responder.staple(before.certificate())))
                .hasMessageContaining("revoked");
        judge(deployment, after.certificate());

        deployment.revocation.revoke(after.serialNumber(), RevocationReason.KEY_COMPROMISE, "anna");
        deployment.lists.rebuildWhereChanged();
        assertThat(deployment.lists.of(former)).containsSame(changed);
        assertThat(deployment.lists.issuing().issuer()).isEqualTo(current.id());
        assertThat(PkixCheck.crl(deployment.lists.issuing().der()).isRevoked(after.certificate()))
                .isTrue();
    }

    @Test
    void list_numbers_of_every_issuer_only_grow() {
        rotate(deployment);
        long formers = deployment.lists.of(former).orElseThrow().number();
        long currents = deployment.lists.issuing().number();
        TestDeployment again = deployment.restarted();

        assertThat(again.lists.of(former).orElseThrow().number()).isGreaterThan(formers);
        assertThat(again.lists.issuing().number()).isGreaterThan(currents);
    }

    @Test
    void every_issuers_list_is_renewed_in_time() {
        rotate(deployment);
        for (int i = 0; i < 20; i++) {
            deployment.clock.advance(Duration.ofHours(5));
            deployment.lists.rebuildWhereDue();
            assertThat(deployment.lists.facts().issuers())
                    .hasSize(2)
                    .allSatisfy(list -> assertThat(list.nextUpdate())
                            .isAfter(deployment.clock.instant().plus(Duration.ofHours(10))));
        }
    }

    @Test
    void a_retired_authority_answers_until_its_last_certificate_has_ended_and_not_longer() throws Exception {
        rotate(deployment);
        for (int day = 0; day < 364; day += 14) {
            deployment.clock.advance(Duration.ofDays(14));
            deployment.credentials.renewWhereDue();
            deployment.lists.rebuildWhereDue();
            PkixCheck.of(deployment)
                    .withStaple(before.certificate(), deployment.responder.staple(before.certificate()));
        }
        // 364 days: by now it has had a dozen responders of its own, whose certificates do not count.
        assertThat(deployment.inventory.countLive(former)).isPositive();

        deployment.clock.advance(Duration.ofDays(2).plusHours(1));
        deployment.credentials.renewWhereDue();
        deployment.lists.rebuildWhereDue();

        assertThat(deployment.inventory.countLive(former)).isZero();
        assertThat(deployment.lists.of(former)).isEmpty();
        assertThat(deployment.credentials.responder(former)).isEmpty();
        assertThat(deployment.keys.list("ocsp-"))
                .containsExactly("ocsp-" + deployment.authority.issuing().id());
        assertThat(deployment.restarted().lists.facts().issuers())
                .extracting(list -> list.issuer())
                .containsExactly(deployment.authority.issuing().id());
    }

    @Test
    void answers_by_the_issuer_that_the_question_names() throws Exception {
        IssuingAuthority current = rotate(deployment);
        IssuedCertificate after = deployment.issue("camera-02");

        BasicOCSPResp formers = ask(id(before.issuer(), before.certificate()));
        BasicOCSPResp currents = ask(id(after.issuer(), after.certificate()));
        assertThat(formers.getResponses()[0].getCertStatus()).isNull();
        assertThat(currents.getResponses()[0].getCertStatus()).isNull();
        assertThat(formers.getCerts()[0].getIssuer())
                .isEqualTo(new X509CertificateHolder(before.issuer().getEncoded()).getSubject());
        assertThat(currents.getCerts()[0].getIssuer())
                .isEqualTo(new X509CertificateHolder(current.certificate().getEncoded()).getSubject());
    }

    @Test
    void a_certificate_asked_for_under_the_other_issuer_is_unknown() throws Exception {
        IssuingAuthority current = rotate(deployment);
        BasicOCSPResp answer = ask(id(current.certificate(), before.certificate()));
        assertThat(answer.getResponses()[0].getCertStatus()).isInstanceOf(UnknownStatus.class);
    }

    @Test
    void questions_about_two_issuers_in_one_request_are_not_answered() throws Exception {
        rotate(deployment);
        IssuedCertificate after = deployment.issue("camera-02");
        var request = new OCSPReqBuilder()
                .addRequest(id(before.issuer(), before.certificate()))
                .addRequest(id(after.issuer(), after.certificate()))
                .build();
        assertThat(new OCSPResp(deployment.responder.respond(request.getEncoded(), "192.0.2.1")).getStatus())
                .isEqualTo(OCSPResp.UNAUTHORIZED);
    }

    private BasicOCSPResp ask(CertificateID id) throws Exception {
        byte[] request = new OCSPReqBuilder().addRequest(id).build().getEncoded();
        return (BasicOCSPResp) new OCSPResp(deployment.responder.respond(request, "192.0.2.1")).getResponseObject();
    }

    private static CertificateID id(X509Certificate issuer, X509Certificate certificate) throws Exception {
        return new CertificateID(
                new JcaDigestCalculatorProviderBuilder().build().get(CertificateID.HASH_SHA1),
                new X509CertificateHolder(issuer.getEncoded()),
                certificate.getSerialNumber());
    }

    @Test
    void what_was_prepared_before_a_rotation_is_signed_by_the_authority_that_it_names() throws Exception {
        var order = deployment.order("camera-02", "camera", TestRequests.p256());
        var prepared = ((Preparation.Prepared) deployment.issuance.prepare(order)).certificate();
        rotate(deployment);

        IssuedCertificate issued = deployment.issuance.sign(prepared).orElseThrow();
        assertThat(issued.issuer()).isEqualTo(before.issuer());
        judge(deployment, issued.certificate());
    }

    @Test
    void an_enrolled_device_gets_the_chain_of_its_own_issuer_again_after_a_rotation() {
        IssuingAuthority current = rotate(deployment);
        assertThat(deployment.authority.issuerOf(before.certificate()).id()).isEqualTo(former);
        assertThat(deployment
                        .authority
                        .issuerOf(deployment.issue("b").certificate())
                        .id())
                .isEqualTo(current.id());
        assertThatThrownBy(() -> deployment.authority.issuerOf(deployment.authority.rootCertificate()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_certificate_names_the_list_of_its_own_issuer() {
        TestDeployment published = new TestDeployment(
                directory.resolve("published"),
                TestDeployment.newDatabase(),
                deployment.clock,
                new KeysProperties(null),
                TestDeployment.properties(URI.create("http://ca.example/")));
        for (int i = 0; i < 2; i++) {
            X509Certificate certificate = published.issue("camera-" + i).certificate();
            String point = new String(
                    certificate.getExtensionValue(Extension.cRLDistributionPoints.getId()),
                    StandardCharsets.ISO_8859_1);
            assertThat(point)
                    .endsWith("http://ca.example/pki/crl/"
                            + published.authority.issuing().id());
            rotate(published);
        }
    }

    @Test
    void authorities_can_be_rotated_again_and_again() throws Exception {
        IssuedCertificate second = null;
        for (int i = 0; i < 3; i++) {
            rotate(deployment);
            second = deployment.issue("again-" + i);
        }
        TestDeployment again = deployment.restarted();
        assertThat(again.authority.issuers()).hasSize(4);
        assertThat(again.lists.facts().issuers()).hasSize(4);
        judge(again, before.certificate(), second.certificate());
        assertThat(again.authority.issuingCertificate()).isEqualTo(second.issuer());
    }

    @Test
    void refuses_the_key_of_a_retired_authority() {
        X509Certificate retired = deployment.authority.issuingCertificate();
        rotate(deployment);
        var stored = deployment.keys.load("issuing-" + former).orElseThrow();
        var pair = new KeyPair(retired.getPublicKey(), stored.privateKey());
        assertThat(deployment.issuance.issue(deployment.order("camera-09", "camera", pair)))
                .hasToString("Refused[fault=KEY_TAKEN, reference="
                        + deployment.audit.last().reference() + "]");
    }

    @Test
    void the_status_of_a_handshake_is_known_from_memory_whoever_issued() {
        rotate(deployment);
        IssuedCertificate after = deployment.issue("camera-02");
        deployment.revocation.revoke(before.serialNumber(), RevocationReason.SUPERSEDED, "anna");
        deployment.revocation.revoke(after.serialNumber(), RevocationReason.SUPERSEDED, "anna");

        TestDeployment again = deployment.restarted();
        again.jdbc.sql("ALTER TABLE certificate RENAME TO away").update();
        assertThat(again.revocation.isRevoked(before.certificate())).isTrue();
        assertThat(again.revocation.isRevoked(after.certificate())).isTrue();
        assertThat(again.revocation
                        .find(SerialNumber.of(after.certificate()))
                        .orElseThrow()
                        .issuer())
                .isEqualTo(again.authority.issuing().id());
    }
}
