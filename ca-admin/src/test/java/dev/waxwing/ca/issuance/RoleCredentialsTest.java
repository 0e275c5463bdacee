package dev.waxwing.ca.issuance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waxwing.ca.PkixCheck;
import dev.waxwing.ca.TestDeployment;
import dev.waxwing.ca.inventory.CertificateSearch;
import dev.waxwing.ca.inventory.CertificateStatus;
import dev.waxwing.ca.inventory.RevocationReason;
import dev.waxwing.ca.inventory.SerialNumber;
import dev.waxwing.trust.Credential;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RoleCredentialsTest {

    @TempDir
    Path directory;

    private TestDeployment deployment;

    @BeforeEach
    void start() {
        deployment = TestDeployment.in(directory);
    }

    @Test
    void each_role_has_a_key_of_its_own() throws Exception {
        RoleCredentials credentials = deployment.credentials;
        List<Credential> all = List.of(credentials.server(), credentials.receipt(), deployment.responderKey());

        assertThat(all)
                .extracting(credential -> credential.certificate().getPublicKey())
                .doesNotHaveDuplicates();
        for (Credential credential : all) {
            assertThat(credential.chain())
                    .containsExactly(credential.certificate(), deployment.authority.issuingCertificate());
            assertThat(deployment.inventory.find(SerialNumber.of(credential.certificate())))
                    .as("role certificates are in the inventory")
                    .isPresent();
            PkixCheck.of(deployment).withoutRevocation(credential.certificate());
        }
        assertThat(credentials.server().certificate().getSubjectAlternativeNames())
                .containsExactly(List.of(6, "urn:waxwing:server:gate-01"));
        assertThat(credentials.receipt().certificate().getSubjectAlternativeNames())
                .containsExactly(List.of(6, "urn:waxwing:receipt:gate-01"));
    }

    @Test
    void the_responder_is_delegated_and_not_asked_about_itself() throws Exception {
        X509Certificate responder = deployment.responderKey().certificate();
        assertThat(responder.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.9");
        assertThat(responder.getExtensionValue(OCSPObjectIdentifiers.id_pkix_ocsp_nocheck.getId()))
                .isNotNull();
    }

    @Test
    void a_restart_keeps_them() {
        RoleCredentials again = deployment.restarted().credentials;
        assertThat(again.server().certificate())
                .isEqualTo(deployment.credentials.server().certificate());
        assertThat(again.server().privateKey().getEncoded())
                .isEqualTo(deployment.credentials.server().privateKey().getEncoded());
    }

    @Test
    void each_is_renewed_with_a_new_key_in_the_last_third_of_its_life() {
        Credential server = deployment.credentials.server();
        Credential ocsp = deployment.responderKey();

        deployment.clock.advance(Duration.ofDays(21));
        deployment.credentials.renewWhereDue();
        assertThat(deployment.credentials.server()).isSameAs(server);
        assertThat(deployment.responderKey().certificate()).isNotEqualTo(ocsp.certificate());

        deployment.clock.advance(Duration.ofDays(224));
        deployment.credentials.renewWhereDue();
        assertThat(deployment.credentials.server().certificate().getPublicKey())
                .isNotEqualTo(server.certificate().getPublicKey());
        assertThat(deployment.restarted().credentials.server().certificate())
                .isEqualTo(deployment.credentials.server().certificate());
    }

    @Test
    void one_that_was_renewed_in_time_does_not_count_as_expiring() {
        deployment.clock.advance(Duration.ofDays(21));
        assertThat(expiring()).isEqualTo(1);
        deployment.credentials.renewWhereDue();
        assertThat(expiring()).isZero();

        deployment.clock.advance(Duration.ofDays(320));
        assertThat(deployment.restarted().credentials.server()).isNotNull();
        assertThat(expiring()).isZero();
    }

    private long expiring() {
        return deployment.inventory.count(new CertificateSearch(null, CertificateStatus.EXPIRING, 0, 1));
    }

    @Test
    void one_that_lapsed_while_the_server_was_off_is_renewed_at_the_start() {
        deployment.clock.advance(Duration.ofDays(400));
        X509Certificate renewed = deployment.restarted().credentials.server().certificate();
        assertThat(renewed.getNotAfter().toInstant()).isAfter(deployment.clock.instant());
    }

    @Test
    void one_that_was_revoked_is_replaced() {
        X509Certificate server = deployment.credentials.server().certificate();
        deployment.revocation.revoke(SerialNumber.of(server), RevocationReason.KEY_COMPROMISE, "anna");
        deployment.credentials.renewWhereDue();

        assertThat(deployment.credentials.server().certificate()).isNotEqualTo(server);
    }

    @Test
    void never_prints_a_key() {
        assertThat(deployment.credentials.server().toString())
                .contains("gate-01")
                .doesNotContain("PrivateKey");
    }
}
