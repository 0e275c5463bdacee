package dev.waxwing.ca.issuance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.waxwing.ca.PkixCheck;
import dev.waxwing.ca.TestDeployment;
import dev.waxwing.ca.TestRequests;
import dev.waxwing.ca.authority.KeysProperties;
import dev.waxwing.ca.inventory.CertificateRole;
import dev.waxwing.ca.inventory.CertificateSearch;
import dev.waxwing.ca.inventory.RevocationReason;
import dev.waxwing.ca.inventory.SerialNumber;
import dev.waxwing.ca.issuance.PkiProperties.OwnProfile;
import dev.waxwing.ca.revocation.RevocationResult;
import dev.waxwing.trust.PeerName;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bouncycastle.asn1.x509.Extension;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class IssuanceTest {

    @TempDir
    Path directory;

    private TestDeployment deployment;

    @BeforeEach
    void start() {
        deployment = TestDeployment.in(directory);
    }

    @ParameterizedTest
    @CsvSource({
        "camera,    device,  1, P365D",
        "gateway,   device,  1, P365D",
        "temporary, device,  1, P7D",
        "server,    server,  2, P365D",
        "receipt,   receipt, 3, P365D"
    })
    void a_certificate_says_what_its_profile_says(String profile, String role, String leaf, Duration validity)
            throws Exception {
        KeyPair pair = TestRequests.p256();
        X509Certificate certificate =
                deployment.issue("camera-01", profile, pair).certificate();

        assertThat(certificate.getVersion()).isEqualTo(3);
        assertThat(certificate.getSubjectX500Principal().getName()).isEqualTo("CN=camera-01");
        assertThat(certificate.getPublicKey()).isEqualTo(pair.getPublic());
        assertThat(certificate.getSigAlgName()).isEqualTo("SHA256withECDSA");
        assertThat(certificate.getExtendedKeyUsage())
                .containsExactly("2.25.108256188094313841353406873155001380261." + leaf);
        assertThat(certificate.getSubjectAlternativeNames())
                .containsExactly(List.of(6, "urn:waxwing:" + role + ":camera-01"));
        assertThat(certificate.getKeyUsage()).startsWith(true, false, false, false, false, false, false);
        assertThat(certificate.getBasicConstraints()).isEqualTo(-1);
        assertThat(certificate.getCriticalExtensionOIDs())
                .containsExactlyInAnyOrder(Extension.keyUsage.getId(), Extension.extendedKeyUsage.getId());
        assertThat(certificate.getNonCriticalExtensionOIDs())
                .as("no locators without a public address")
                .containsExactlyInAnyOrder(
                        Extension.subjectAlternativeName.getId(),
                        Extension.subjectKeyIdentifier.getId(),
                        Extension.authorityKeyIdentifier.getId());
        assertThat(certificate.getNotBefore().toInstant())
                .isEqualTo(deployment.clock.instant().minus(Duration.ofMinutes(5)));
        assertThat(certificate.getNotAfter().toInstant())
                .isEqualTo(deployment.clock.instant().plus(validity));
        PkixCheck.of(deployment).withoutRevocation(certificate);
    }

    @Test
    void the_name_of_a_removed_device_is_for_who_replaces_it() {
        deployment.removed.add("camera-01");
        CertificateOrder order = deployment.order("camera-01", "camera", TestRequests.p256());

        assertThat(deployment.issuance.issue(order)).isInstanceOfSatisfying(IssuanceResult.Refused.class, refused -> {
            assertThat(refused.fault()).isEqualTo(RequestFault.NAME_OF_REMOVED);
            assertThat(deployment.audit.last().subject()).isEqualTo("camera-01");
            assertThat(refused.reference()).isEqualTo(deployment.audit.last().reference());
        });
        assertThat(deployment.issuance.issue(order.replacing())).isInstanceOf(IssuanceResult.Issued.class);
    }

    @Test
    void serial_numbers_are_128_random_bits() {
        Set<SerialNumber> serials = new HashSet<>();
        int bits = 0;
        for (int i = 0; i < 20; i++) {
            SerialNumber serial = deployment.issue("camera-" + i).serialNumber();
            bits = Math.max(bits, serial.value().bitLength());
            assertThat(serial.value().bitLength()).isBetween(90, 128);
            serials.add(serial);
        }
        assertThat(serials).hasSize(20);
        assertThat(bits).isGreaterThan(120);
    }

    @Test
    void locators_appear_once_there_is_a_public_address() {
        var properties = TestDeployment.properties(URI.create("http://gate.example.org/base/"));
        var located = new TestDeployment(
                directory, deployment.database, deployment.clock, new KeysProperties(null), properties);
        X509Certificate certificate = located.issue("camera-01").certificate();

        assertThat(new String(
                        certificate.getExtensionValue(Extension.cRLDistributionPoints.getId()),
                        StandardCharsets.ISO_8859_1))
                .contains("http://gate.example.org/base/pki/crl");
        assertThat(new String(
                        certificate.getExtensionValue(Extension.authorityInfoAccess.getId()),
                        StandardCharsets.ISO_8859_1))
                .contains("http://gate.example.org/base/pki/ocsp");
    }

    @Test
    void alternative_names_in_a_request_are_ignored() throws Exception {
        KeyPair pair = TestRequests.p256();
        CertificateRequest request =
                TestDeployment.accepted(TestRequests.requestWithAlternativeName("CN=camera-01", pair));
        var order = CertificateOrder.of(
                request,
                new PeerName("camera-01"),
                deployment.profiles.find("camera").orElseThrow(),
                null,
                "anna");

        assertThat(deployment.issuance.issue(order)).isInstanceOfSatisfying(IssuanceResult.Issued.class, issued -> {
            try {
                assertThat(issued.certificate().certificate().getSubjectAlternativeNames())
                        .containsExactly(List.of(6, "urn:waxwing:device:camera-01"));
            } catch (CertificateParsingException e) {
                throw new AssertionError(e);
            }
        });
    }

    @Test
    void a_shorter_validity_is_granted_and_a_longer_one_refused() {
        var shorter = deployment.order("a", "camera", TestRequests.p256(), Duration.ofHours(2));
        assertThat(deployment.issuance.issue(shorter))
                .isInstanceOfSatisfying(
                        IssuanceResult.Issued.class,
                        issued -> assertThat(issued.certificate()
                                        .certificate()
                                        .getNotAfter()
                                        .toInstant())
                                .isEqualTo(deployment.clock.instant().plus(Duration.ofHours(2))));
        for (Duration refused : List.of(Duration.ofDays(366), Duration.ZERO, Duration.ofDays(-1))) {
            assertThat(fault(deployment.order("a", "camera", TestRequests.p256(), refused)))
                    .isEqualTo(RequestFault.VALIDITY);
        }
    }

    @Test
    void no_certificate_outlives_the_issuing_authority() {
        deployment.clock.advance(Duration.ofDays(5 * 365 - 30));
        assertThat(deployment.issue("camera-01").certificate().getNotAfter())
                .isEqualTo(deployment.authority.issuingCertificate().getNotAfter());

        deployment.clock.advance(Duration.ofDays(31));
        assertThat(fault(deployment.order("camera-02", "camera", TestRequests.p256())))
                .isEqualTo(RequestFault.AUTHORITY_ENDS);
    }

    @Test
    void refuses_a_key_that_names_something_else_already() {
        KeyPair pair = TestRequests.p256();
        deployment.issue("camera-01", "camera", pair);

        assertThat(fault(deployment.order("camera-02", "camera", pair))).isEqualTo(RequestFault.KEY_TAKEN);
        assertThat(fault(deployment.order("camera-01", "server", pair))).isEqualTo(RequestFault.KEY_TAKEN);
        assertThat(deployment.issue("camera-01", "camera", pair).serialNumber()).isNotNull();
    }

    @Test
    void refuses_a_key_that_was_compromised() {
        KeyPair pair = TestRequests.p256();
        var issued = deployment.issue("camera-01", "camera", pair);
        deployment.revocation.revoke(issued.serialNumber(), RevocationReason.KEY_COMPROMISE, "anna");

        assertThat(fault(deployment.order("camera-01", "camera", pair))).isEqualTo(RequestFault.KEY_TAKEN);
    }

    @Test
    void refuses_a_compromised_key_for_every_name_and_role_for_ever() {
        KeyPair pair = TestRequests.p256();
        var issued = deployment.issue("camera-01", "temporary", pair);
        deployment.revocation.revoke(issued.serialNumber(), RevocationReason.CERTIFICATE_HOLD, "anna");
        assertThat(fault(deployment.order("camera-01", "camera", pair))).isEqualTo(RequestFault.KEY_HELD);
        deployment.revocation.release(issued.serialNumber(), "anna");
        assertThat(deployment.issue("camera-01", "camera", pair).serialNumber()).isNotNull();
        deployment.clock.advance(Duration.ofDays(400));
        deployment.revocation.revoke(issued.serialNumber(), RevocationReason.KEY_COMPROMISE, "anna");

        for (String profile : List.of("camera", "server")) {
            for (String name : List.of("camera-01", "camera-02")) {
                assertThat(fault(deployment.order(name, profile, pair))).isEqualTo(RequestFault.KEY_TAKEN);
            }
        }
    }

    @Test
    void a_profile_takes_the_kinds_of_keys_that_it_names() {
        Profiles profiles = new Profiles(properties(
                Map.of("drone", new OwnProfile("device", Duration.ofDays(30), List.of("ecdsa-p384", "rsa-3072")))));
        Profile drone = profiles.find("drone").orElseThrow();
        for (KeyPair taken : List.of(TestRequests.ec("secp384r1"), TestRequests.rsa(3072))) {
            assertThat(drone.takes(taken.getPublic())).isTrue();
        }
        assertThat(profiles.find("camera").orElseThrow().keys()).containsExactly(KeyKind.values());
        for (KeyPair refused : List.of(TestRequests.p256(), TestRequests.rsa(2056))) {
            var order = CertificateOrder.of(
                    TestDeployment.accepted(TestRequests.request("CN=drone-01", refused)),
                    new PeerName("drone-01"),
                    drone,
                    null,
                    "anna");
            assertThat(fault(order)).isEqualTo(RequestFault.KEY_KIND);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "drone | role=device | waxwing.pki.profiles.drone.validity must be given, e.g. 30d.",
                "drone | validity=30d,role=root | waxwing.pki.profiles.drone.role must be device or server.",
                "drone | validity=30d,keys=rsa-1024 | waxwing.pki.profiles.drone.keys: there is no kind of key"
                        + " rsa-1024. Those that there are: ecdsa-p256, ecdsa-p384, rsa-2048, rsa-3072, rsa-4096.",
                "drone | validity=3650d | The profile drone needs a validity of 1 minute" + " to 5 years.",
                "ocsp | validity=1d | waxwing.pki.profiles.ocsp: the server's own profiles are fixed.",
                "drone-of-a-very-long-name-of-its-own | validity=1d |"
                        + " A profile's name has 1 to 32"
                        + " characters of a-z, 0-9 and '-': drone-of-a-very-long-name-of-its-own"
            })
    void a_start_with_a_wrong_profile_fails_and_says_what_to_mend(String name, String settings, String message) {
        Map<String, String> properties = new HashMap<>();
        for (String setting : settings.split(",")) {
            String[] pair = setting.split("=");
            properties.put("waxwing.pki.profiles." + name + "." + pair[0], pair[1]);
        }
        Binder binder = new Binder(new MapConfigurationPropertySource(properties));
        assertThatThrownBy(() -> binder.bind("waxwing.pki", PkiProperties.class))
                .isInstanceOf(BindException.class)
                .rootCause()
                .hasMessage(message);
    }

    @Test
    void a_profile_of_the_configuration_is_read() {
        Binder binder = new Binder(new MapConfigurationPropertySource(Map.of(
                "waxwing.pki.profiles.drone.validity",
                "30d",
                "waxwing.pki.profiles.drone.keys",
                "ecdsa-p256, rsa-2048")));
        Profile drone = new Profiles(
                        binder.bind("waxwing.pki", PkiProperties.class).get())
                .find("drone")
                .orElseThrow();
        assertThat(drone)
                .isEqualTo(new Profile(
                        "drone",
                        CertificateRole.DEVICE,
                        Duration.ofDays(30),
                        Set.of(KeyKind.ECDSA_P256, KeyKind.RSA_2048)));
    }

    @Test
    void a_refusal_is_audited_under_its_reference() {
        var order = deployment.order("a", "camera", TestRequests.p256(), Duration.ZERO);
        assertThat(deployment.issuance.issue(order)).isInstanceOfSatisfying(IssuanceResult.Refused.class, refused -> {
            assertThat(deployment.audit.last().reference()).isEqualTo(refused.reference());
            assertThat(deployment.audit.last().action()).isEqualTo("certificate.refused");
            assertThat(deployment.audit.last().reason()).isEqualTo("validity");
        });
    }

    @Test
    void issuing_is_audited_once() {
        int before = deployment.audit.reasons("certificate.issued").size();
        SerialNumber serial = deployment.issue("camera-01").serialNumber();

        assertThat(deployment.audit.reasons("certificate.issued")).hasSize(before + 1);
        assertThat(deployment.audit.last().subject()).isEqualTo(serial.toString());
        assertThat(deployment.audit.last().actor()).isEqualTo("anna");
    }

    @Test
    void an_intent_that_was_never_signed_is_no_certificate_to_anybody() {
        KeyPair pair = TestRequests.p256();
        PreparedCertificate prepared = prepared(deployment.order("camera-09", "camera", pair));
        TestDeployment afterKill = deployment.restarted();

        assertThat(afterKill.inventory.find(prepared.serialNumber())).isEmpty();
        assertThat(afterKill.inventory.certificate(prepared.serialNumber())).isEmpty();
        assertThat(afterKill.inventory.ofName("camera-09", CertificateRole.DEVICE))
                .isEmpty();
        var all = new CertificateSearch("camera-09", null, 0, 50);
        assertThat(afterKill.inventory.list(all)).isEmpty();
        assertThat(afterKill.inventory.count(all)).isZero();
        assertThat(afterKill.revocation.revoke(prepared.serialNumber(), RevocationReason.UNSPECIFIED, "anna"))
                .isInstanceOf(RevocationResult.Unknown.class);
        assertThat(afterKill.issue("camera-10", "camera", pair).serialNumber())
                .as("the key is still free")
                .isNotNull();
    }

    @Test
    void an_intent_that_was_given_up_cannot_become_a_certificate() {
        PreparedCertificate prepared = prepared(deployment.order("camera-01", "camera", TestRequests.p256()));
        deployment.clock.advance(Duration.ofMinutes(11));

        assertThat(deployment.issuance.abandonStale()).isEqualTo(1);
        assertThat(deployment.issuance.sign(prepared)).isEmpty();
        assertThat(deployment.inventory.find(prepared.serialNumber())).isEmpty();
    }

    @Test
    void a_permission_to_sign_is_used_once() {
        PreparedCertificate prepared = prepared(deployment.order("camera-01", "camera", TestRequests.p256()));
        assertThat(deployment.issuance.sign(prepared)).isPresent();

        assertThatThrownBy(() -> deployment.issuance.sign(prepared))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("used before");
    }

    @Test
    void refuses_to_be_part_of_a_transaction() {
        var order = deployment.order("camera-01", "camera", TestRequests.p256());
        assertThatThrownBy(() -> deployment.transactions.executeWithoutResult(_ -> deployment.issuance.prepare(order)))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void an_operator_adds_and_replaces_profiles() {
        Profiles profiles = new Profiles(properties(Map.of(
                "drone", new OwnProfile("device", Duration.ofDays(30), List.of()),
                "camera", new OwnProfile("device", Duration.ofDays(90), List.of()))));

        assertThat(profiles.find("drone")).map(Profile::validity).contains(Duration.ofDays(30));
        assertThat(profiles.find("camera")).map(Profile::validity).contains(Duration.ofDays(90));
        assertThat(profiles.find("ocsp")).isEmpty();
        assertThat(profiles.ofDevices()).containsExactlyInAnyOrder("camera", "gateway", "temporary", "drone");
    }

    @Test
    void refuses_profiles_and_properties_outside_their_range() {
        for (var profile : Map.of(
                        "Drone", new OwnProfile("device", Duration.ofDays(1), List.of()),
                        "drone", new OwnProfile("root", Duration.ofDays(1), List.of()),
                        "never", new OwnProfile("device", Duration.ZERO, List.of()),
                        "ever", new OwnProfile("device", Duration.ofDays(3650), List.of()),
                        "server", new OwnProfile("device", Duration.ofDays(1), List.of()))
                .entrySet()) {
            assertThatThrownBy(() -> new Profiles(properties(Map.of(profile.getKey(), profile.getValue()))))
                    .as(profile.getKey())
                    .isInstanceOf(IllegalArgumentException.class);
        }
        for (String url : List.of("ftp://gate.example.org", "gate.example.org", "http://gate/?a=b", "http:///pki")) {
            assertThatThrownBy(() -> TestDeployment.properties(URI.create(url)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("waxwing.pki.public-url");
        }
        assertThatThrownBy(() -> new PkiProperties(null, "Gate 1", Map.of(), Duration.ofDays(1)))
                .hasMessageContaining("waxwing.pki.server-name");
        assertThatThrownBy(() -> new PkiProperties(null, "gate", Map.of(), Duration.ofMinutes(1)))
                .hasMessageContaining("waxwing.pki.crl-lifetime");
    }

    private static PkiProperties properties(Map<String, OwnProfile> profiles) {
        return new PkiProperties(null, "gate", profiles, Duration.ofHours(24));
    }

    private PreparedCertificate prepared(CertificateOrder order) {
        return switch (deployment.issuance.prepare(order)) {
            case Preparation.Prepared(var certificate) -> certificate;
            case Preparation.Refused(var fault) -> throw new AssertionError("refused: " + fault);
        };
    }

    private RequestFault fault(CertificateOrder order) {
        return switch (deployment.issuance.issue(order)) {
            case IssuanceResult.Issued issued -> throw new AssertionError("issued: " + issued);
            case IssuanceResult.Refused(var fault, var reference) -> fault;
        };
    }
}
