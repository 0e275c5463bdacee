package dev.waxwing.evidence;

import static dev.waxwing.evidence.TestEvidence.failed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.waxwing.evidence.ClassicManifest.ContentSignature;
import dev.waxwing.evidence.VerificationReport.Line;
import dev.waxwing.evidence.VerificationReport.Outcome;
import dev.waxwing.trust.Role;
import dev.waxwing.trust.TestPki;
import dev.waxwing.trust.TrustedRoots;
import dev.waxwing.wire.Bytes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Evidence of what came by classic (protocol section 15.1). */
class ClassicEvidenceTest {

    private final TestClassicEvidence given = new TestClassicEvidence();

    @TempDir
    private Path directory;

    @Test
    void the_bundle_of_a_file_holds_the_files_of_the_specification_and_passes_every_check() throws Exception {
        Path bundle = given.write(directory);
        assertThat(TestEvidence.unpack(bundle).keySet())
                .containsExactly(
                        "README.txt",
                        "manifest.json",
                        "content.pss",
                        "device-public-key.pem",
                        "receipt.json",
                        "receipt.p7s",
                        "ca.pem",
                        "chain.pem",
                        "status/ca.crl.der",
                        "content/Tür_7__@EPOCH@_.jpg");
        VerificationReport report = verify(bundle);
        assertThat(report.holds()).as(report.lines().toString()).isTrue();
        assertThat(report.manifest()).contains(given.manifest());
        assertThat(report.receipt().orElseThrow().trustLevel()).isEqualTo(TrustLevel.CLASSIC);
        assertThat(report.outcome(Check.CONTENT_SIGNATURE)).isEqualTo(Outcome.PASSED);
    }

    @Test
    void the_bundle_of_a_text_has_no_signature_and_says_so() throws Exception {
        given.kind = ContentSignature.NONE;
        given.signature = Optional.empty();
        Path bundle = given.write(directory);
        Map<String, byte[]> files = TestEvidence.unpack(bundle);
        assertThat(files).doesNotContainKey("content.pss");
        assertThat(new String(files.get("README.txt"), StandardCharsets.UTF_8))
                .contains("THE DEVICE DID NOT SIGN THIS", "\"signature\":\"none\"")
                .doesNotContain("rsa_padding_mode");
        VerificationReport report = verify(bundle);
        assertThat(report.holds()).isTrue();
        assertThat(report.lines()).extracting(Line::check).doesNotContain(Check.CONTENT_SIGNATURE);
    }

    @Test
    void the_readme_fills_every_place_and_leaves_names_that_look_like_one_alone() throws Exception {
        String readme =
                new String(TestEvidence.unpack(given.write(directory)).get("README.txt"), StandardCharsets.UTF_8);
        assertThat(readme.replace("@EPOCH@", "")).doesNotContain("@");
        assertThat(readme)
                .contains("../Tür 7 '@EPOCH@'.jpg", "'content/Tür_7__@EPOCH@_.jpg'", "-attime 1780315200", "CLASSIC");
    }

    @ParameterizedTest
    @CsvSource({
        "manifest.json, RECEIPT_NAMES_MANIFEST",
        "content.pss, CONTENT_SIGNATURE",
        "device-public-key.pem, DEVICE_KEY",
        "receipt.json, RECEIPT_SIGNATURE",
        "receipt.p7s, RECEIPT_SIGNATURE",
        "ca.pem, ROOT",
        "status/ca.crl.der, STATUS",
        "content/Tür_7__@EPOCH@_.jpg, CONTENT_HASH"
    })
    void one_changed_byte_fails_the_check_that_covers_it(String file, Check check) throws Exception {
        TestEvidence.assertOneChangedByteFails(given.write(directory), file, check, given.pki);
    }

    @Test
    void a_bundle_without_the_signature_that_its_manifest_promises_fails() throws Exception {
        Map<String, byte[]> files = TestEvidence.unpack(given.write(directory));
        files.remove("content.pss");
        assertThat(failed(verify(TestEvidence.pack(directory, files)))).containsExactly(Check.CONTENT_SIGNATURE);
    }

    @Test
    void a_signature_that_the_manifest_does_not_know_of_fails() throws Exception {
        given.kind = ContentSignature.NONE;
        assertThat(failed(verify(given.write(directory)))).containsExactly(Check.CONTENT_SIGNATURE);
    }

    @Test
    void a_signature_by_another_key_fails() throws Exception {
        given.signature = Optional.of(TestClassicEvidence.pss(TestPki.rsa(2048), given.content));
        assertThat(failed(verify(given.write(directory)))).containsExactly(Check.CONTENT_SIGNATURE);
    }

    @Test
    void a_key_of_another_size_fails() throws Exception {
        given.device = TestPki.rsa(3072);
        ClassicEvidence evidence = given.evidence();
        VerificationReport report = ClassicVerification.verify(
                evidence, () -> new ByteArrayInputStream(given.content.toArray()), TrustedRoots.of(given.pki.root()));
        assertThat(failed(report)).containsExactly(Check.DEVICE_KEY);
        assertThat(report.outcome(Check.CONTENT_SIGNATURE)).isEqualTo(Outcome.SKIPPED);
    }

    @Test
    void a_receipt_of_the_other_trust_level_fails_on_either_way() throws Exception {
        given.level = TrustLevel.WXP2;
        assertThatExceptionOfType(MalformedEvidenceException.class).isThrownBy(() -> given.write(directory));
        VerificationReport classic = ClassicVerification.verify(
                given.evidence(),
                () -> new ByteArrayInputStream(given.content.toArray()),
                TrustedRoots.of(given.pki.root()));
        assertThat(failed(classic)).containsExactly(Check.RECEIPT_FORM);

        given.level = TrustLevel.CLASSIC;
        ClassicEvidence right = given.evidence();
        VerificationReport asWxp2 = ReceiptVerification.verify(
                right.manifest(),
                right.receipt(),
                right.receiptSignature(),
                List.of(right.receiptSigner(), given.pki.issuingCertificate()),
                TrustedRoots.of(given.pki.root()));
        assertThat(failed(asWxp2)).contains(Check.MANIFEST_FORM, Check.RECEIPT_FORM);
    }

    @Test
    void a_receipt_signed_by_a_device_fails() throws Exception {
        given.receiptSigner = given.pki.issue(Role.DEVICE, "old-camera");
        assertThat(failed(verify(given.write(directory)))).containsExactly(Check.RECEIPT_SIGNER, Check.RECEIPT_CHAIN);
    }

    @Test
    void files_of_both_kinds_in_one_bundle_are_refused() throws Exception {
        Map<String, byte[]> files = TestEvidence.unpack(given.write(directory));
        files.put("manifest.p7s", new byte[] {0x30, 0});
        assertThat(failed(verify(TestEvidence.pack(directory, files)))).containsExactly(Check.BUNDLE);
    }

    @Test
    void a_bundle_of_another_root_fails() throws Exception {
        VerificationReport report = BundleVerification.verify(
                given.write(directory),
                Optional.of(TrustedRoots.of(TestPki.create().root())));
        assertThat(failed(report)).contains(Check.ROOT, Check.RECEIPT_CHAIN);
    }

    @Test
    void a_manifest_is_decoded_only_from_exactly_its_own_bytes() throws Exception {
        Bytes right = given.manifest().encode();
        assertThat(ClassicManifest.decode(right)).isEqualTo(given.manifest());
        String json = new String(right.toArray(), StandardCharsets.UTF_8);
        for (String[] change : new String[][] {
            {"\"version\":1", "\"version\":2"},
            {"\"protocol\":\"classic\"", "\"protocol\":\"wxp2\""},
            {"rsa-pss-sha256", "rsa"},
            {"\"device\":", "\"device\": "},
            {"\"uploadId\":\"00", "\"uploadId\":\""}
        }) {
            Bytes changed = Bytes.of(json.replace(change[0], change[1]).getBytes(StandardCharsets.UTF_8));
            assertThatExceptionOfType(MalformedEvidenceException.class)
                    .as(change[1])
                    .isThrownBy(() -> ClassicManifest.decode(changed));
        }
        for (int length = 0; length < right.size(); length++) {
            Bytes prefix = right.slice(0, length);
            assertThatExceptionOfType(MalformedEvidenceException.class)
                    .isThrownBy(() -> ClassicManifest.decode(prefix));
        }
    }

    private VerificationReport verify(Path bundle) throws IOException {
        return TestEvidence.verify(bundle, given.pki);
    }
}
