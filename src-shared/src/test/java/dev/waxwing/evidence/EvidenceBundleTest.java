package dev.waxwing.evidence;

import static dev.waxwing.evidence.TestEvidence.failed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.waxwing.evidence.VerificationReport.Outcome;
import dev.waxwing.trust.Certificates;
import dev.waxwing.trust.Role;
import dev.waxwing.trust.TestPki;
import dev.waxwing.trust.TrustedRoots;
import dev.waxwing.wire.Bytes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EvidenceBundleTest {

    /** The others are due in a bundle of classic. */
    private static final Set<Check> DUE = EnumSet.complementOf(EnumSet.of(Check.DEVICE_KEY, Check.CONTENT_SIGNATURE));

    private final TestEvidence given = new TestEvidence();

    @TempDir
    private Path directory;

    @Test
    void a_right_bundle_passes_every_check() throws Exception {
        VerificationReport report = verify(given.write(directory));
        assertThat(report.lines())
                .extracting(VerificationReport.Line::check)
                .doesNotHaveDuplicates()
                .containsExactlyInAnyOrderElementsOf(DUE);
        assertThat(report.lines()).allMatch(line -> line.outcome() == Outcome.PASSED);
        assertThat(report.holds()).isTrue();
        assertThat(report.manifest()).contains(given.manifest());
        assertThat(report.receipt().orElseThrow().acceptedAt()).isEqualTo(TestEvidence.ACCEPTED);
    }

    @Test
    void the_bundle_holds_the_files_of_the_specification_and_the_same_bytes_each_time() throws Exception {
        Evidence evidence = given.evidence();
        Path bundle = given.write(directory, evidence);
        assertThat(TestEvidence.unpack(bundle).keySet())
                .containsExactly(
                        "README.txt",
                        "manifest.json",
                        "manifest.p7s",
                        "receipt.json",
                        "receipt.p7s",
                        "ca.pem",
                        "chain.pem",
                        "status/device.ocsp.der",
                        "status/ca.crl.der",
                        "content/Tür_7__x_.jpg");
        assertThat(given.write(directory, evidence)).hasSameBinaryContentAs(bundle);
    }

    @Test
    void the_readme_fills_every_place() throws Exception {
        String readme =
                new String(TestEvidence.unpack(given.write(directory)).get("README.txt"), StandardCharsets.UTF_8);
        assertThat(readme)
                .contains("-attime 1780315200", "'content/Tür_7__x_.jpg'", "../Tür 7 'x'.jpg")
                .doesNotContain("@");
    }

    @Test
    void without_a_root_of_ones_own_the_root_is_left_to_compare() throws Exception {
        VerificationReport report = BundleVerification.verify(given.write(directory), Optional.empty());
        assertThat(report.outcome(Check.ROOT)).isEqualTo(Outcome.SKIPPED);
        assertThat(failed(report)).isEmpty();
        assertThat(report.holds()).isFalse();
    }

    @Test
    void a_name_that_is_cut_at_a_dot_is_still_that_of_a_bundle() throws Exception {
        given.name = "a".repeat(119) + "." + "b".repeat(20);
        assertThat(failed(verify(given.write(directory)))).isEmpty();
    }

    @Test
    void a_bundle_of_another_root_fails() throws Exception {
        VerificationReport report = BundleVerification.verify(
                given.write(directory),
                Optional.of(TrustedRoots.of(TestPki.create().root())));
        assertThat(failed(report)).contains(Check.ROOT, Check.MANIFEST_CHAIN, Check.RECEIPT_CHAIN);
    }

    @Test
    void a_second_root_beside_the_right_one_fails() throws Exception {
        Map<String, byte[]> files = TestEvidence.unpack(given.write(directory));
        var two = List.of(given.pki.rootCertificate(), TestPki.create().rootCertificate());
        files.put("ca.pem", Certificates.toPem(two).getBytes(StandardCharsets.US_ASCII));
        assertThat(failed(verify(TestEvidence.pack(directory, files)))).containsExactly(Check.ROOT);
        assertThat(BundleVerification.verify(TestEvidence.pack(directory, files), Optional.empty())
                        .holds())
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "manifest.json, MANIFEST_SIGNATURE",
        "manifest.p7s, MANIFEST_SIGNATURE",
        "receipt.json, RECEIPT_SIGNATURE",
        "receipt.p7s, RECEIPT_SIGNATURE",
        "ca.pem, ROOT",
        "status/device.ocsp.der, STATUS",
        "status/ca.crl.der, STATUS",
        "content/Tür_7__x_.jpg, CONTENT_HASH"
    })
    void one_changed_byte_fails_the_check_that_covers_it(String file, Check check) throws Exception {
        TestEvidence.assertOneChangedByteFails(given.write(directory), file, check, given.pki);
    }

    @Test
    void one_changed_byte_of_the_chain_fails() throws Exception {
        Map<String, byte[]> files = TestEvidence.unpack(given.write(directory));
        Random random = new Random(6);
        byte[] right = files.get("chain.pem");
        for (int round = 0; round < 60; round++) {
            byte[] changed = right.clone();
            int place = random.nextInt(changed.length);
            changed[place] = (byte) (changed[place] == 'A' ? 'B' : 'A');
            files.put("chain.pem", changed);
            assertThat(verify(TestEvidence.pack(directory, files)).holds())
                    .as("byte %d", place)
                    .isFalse();
        }
    }

    @Test
    void a_receipt_of_another_manifest_fails() throws Exception {
        Evidence one = given.evidence();
        given.content = Bytes.of((byte) 1);
        Evidence other = given.evidence();
        Evidence mixed = new Evidence(
                other.manifest(),
                other.manifestSignature(),
                one.receipt(),
                one.receiptSignature(),
                one.root(),
                one.authorities(),
                one.device(),
                one.receiptSigner(),
                one.deviceStatus(),
                one.revocationList(),
                one.receiptRevocationList());
        assertThat(failed(verify(given.write(directory, mixed)))).containsExactly(Check.RECEIPT_NAMES_MANIFEST);
    }

    @Test
    void signers_of_two_authorities_hold_each_by_its_own_list() throws Exception {
        given.rotate();
        Path bundle = given.write(directory);
        assertThat(TestEvidence.unpack(bundle)).containsKey("status/receipt-ca.crl.der");
        assertThat(verify(bundle).lines()).allMatch(line -> line.outcome() == Outcome.PASSED);

        given.receiptRevoked = List.of(given.receiptSigner.certificate());
        assertThat(failed(verify(given.write(directory)))).containsExactly(Check.STATUS);
    }

    @Test
    void the_second_list_must_be_there_when_and_only_when_there_are_two_authorities() throws Exception {
        Map<String, byte[]> one = TestEvidence.unpack(given.write(directory));
        one.put("status/receipt-ca.crl.der", one.get("status/ca.crl.der"));
        assertThat(failed(verify(TestEvidence.pack(directory, one)))).containsExactly(Check.STATUS);

        given.rotate();
        Map<String, byte[]> two = TestEvidence.unpack(given.write(directory));
        byte[] others = two.remove("status/receipt-ca.crl.der");
        assertThat(failed(verify(TestEvidence.pack(directory, two)))).containsExactly(Check.STATUS);
        two.put("status/receipt-ca.crl.der", two.put("status/ca.crl.der", others));
        assertThat(failed(verify(TestEvidence.pack(directory, two)))).containsExactly(Check.STATUS);
    }

    @Test
    void any_of_the_verifiers_own_roots_counts_and_no_other() throws Exception {
        Path bundle = given.write(directory);
        X509Certificate foreign = TestPki.create().rootCertificate();
        TrustedRoots both = TrustedRoots.of(List.of(foreign, given.pki.rootCertificate()));
        assertThat(BundleVerification.verify(bundle, Optional.of(both)).holds()).isTrue();
        assertThat(failed(BundleVerification.verify(bundle, Optional.of(TrustedRoots.of(List.of(foreign))))))
                .contains(Check.ROOT, Check.MANIFEST_CHAIN, Check.RECEIPT_CHAIN);
    }

    @Test
    void a_manifest_signed_by_another_role_fails() throws Exception {
        given.device = given.pki.issue(Role.SERVER, "camera-7");
        assertThat(failed(verify(given.write(directory)))).containsExactly(Check.MANIFEST_SIGNER, Check.MANIFEST_CHAIN);
    }

    @Test
    void a_manifest_signed_by_another_device_fails() throws Exception {
        given.device = given.pki.issue(Role.DEVICE, "camera-8");
        assertThat(failed(verify(given.write(directory)))).containsExactly(Check.MANIFEST_SIGNER);
    }

    @Test
    void a_receipt_signed_by_a_device_fails() throws Exception {
        given.receiptSigner = given.pki.issue(Role.DEVICE, "receipts");
        assertThat(failed(verify(given.write(directory)))).containsExactly(Check.RECEIPT_SIGNER, Check.RECEIPT_CHAIN);
    }

    @Test
    void a_device_certificate_that_was_not_valid_at_acceptance_fails() throws Exception {
        given.device = given.pki.request(Role.DEVICE, "camera-7").expired().issue();
        assertThat(failed(verify(given.write(directory)))).containsExactly(Check.MANIFEST_CHAIN);
        given.device = given.pki.request(Role.DEVICE, "camera-7").notYetValid().issue();
        assertThat(failed(verify(given.write(directory)))).containsExactly(Check.MANIFEST_CHAIN);
    }

    @Test
    void a_status_that_is_not_good_at_acceptance_fails() throws Exception {
        var responder = given.pki.ocspResponder();
        var device = given.device.certificate();
        Bytes good = given.pki.goodStaple(device);
        Bytes clean = given.pki.crl(List.of());
        Bytes revoked = given.pki.staple(responder).revoked(device, TestPki.NOW).make();
        Bytes late = given.pki
                .staple(responder)
                .times(TestPki.NOW.plus(Duration.ofHours(1)), TestPki.NOW.plus(Duration.ofHours(2)))
                .good(device)
                .make();
        Bytes otherCrl = TestPki.create().crl(List.of());
        Bytes garbage = Bytes.of(new byte[] {0x30, 0x00});
        List<Bytes> lists = List.of(
                given.pki.crl(List.of(device)),
                given.pki.crl(List.of(given.receiptSigner.certificate())),
                otherCrl,
                garbage,
                Bytes.concat(clean, Bytes.of((byte) 0)));
        for (Bytes status : List.of(revoked, late, garbage, Bytes.EMPTY)) {
            assertThat(failed(verify(given.write(directory, withStatus(status, clean)))))
                    .containsExactly(Check.STATUS);
        }
        for (Bytes list : lists) {
            assertThat(failed(verify(given.write(directory, withStatus(good, list)))))
                    .containsExactly(Check.STATUS);
        }
    }

    @Test
    void a_revocation_list_that_lapsed_before_acceptance_fails() throws Exception {
        given.acceptedAt = TestPki.NOW.plus(Duration.ofMinutes(54));
        assertThat(verify(given.write(directory)).holds()).isTrue();
        given.acceptedAt = TestPki.NOW.plus(Duration.ofMinutes(56));
        assertThat(failed(verify(given.write(directory)))).containsExactly(Check.STATUS);
        var lasting = given.pki
                .staple(given.pki.ocspResponder())
                .times(TestPki.NOW, TestPki.NOW.plus(Duration.ofDays(3)))
                .good(given.device.certificate())
                .make();
        given.acceptedAt = TestPki.NOW.plus(Duration.ofHours(25));
        assertThat(failed(verify(given.write(directory, withStatus(lasting, given.pki.crl(List.of()))))))
                .containsExactly(Check.STATUS);
    }

    @Test
    void a_chain_without_the_issuing_authority_fails() throws Exception {
        Map<String, byte[]> files = TestEvidence.unpack(given.write(directory));
        files.put(
                "chain.pem",
                Certificates.toPem(List.of(given.device.certificate(), given.receiptSigner.certificate()))
                        .getBytes(StandardCharsets.US_ASCII));
        assertThat(failed(verify(TestEvidence.pack(directory, files))))
                .containsExactly(Check.ROOT, Check.MANIFEST_CHAIN, Check.RECEIPT_CHAIN);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "content/../../evil",
                "content/..",
                "content/a/b",
                "content/.hidden",
                "content/a\u0000b",
                "content/a\\b",
                "/etc/passwd",
                "evil",
                "content\\x"
            })
    void refuses_any_other_name_for_the_content(String path) throws Exception {
        Map<String, byte[]> files = TestEvidence.unpack(given.write(directory));
        byte[] content = files.remove("content/Tür_7__x_.jpg");
        files.put(path, content);
        VerificationReport report = verify(TestEvidence.pack(directory, files));
        assertThat(report.outcome(Check.BUNDLE)).isEqualTo(Outcome.FAILED);
    }

    @Test
    void refuses_files_too_many_and_too_few() throws Exception {
        Map<String, byte[]> files = TestEvidence.unpack(given.write(directory));
        for (String file : List.copyOf(files.keySet())) {
            Map<String, byte[]> fewer = new LinkedHashMap<>(files);
            fewer.remove(file);
            assertThat(verify(TestEvidence.pack(directory, fewer)).outcome(Check.BUNDLE))
                    .isEqualTo(Outcome.FAILED);
        }
        files.put("content/second", new byte[1]);
        assertThat(verify(TestEvidence.pack(directory, files)).outcome(Check.BUNDLE))
                .isEqualTo(Outcome.FAILED);
        for (int i = 0; i < 20; i++) {
            files.put("content/" + i, new byte[1]);
        }
        assertThat(verify(TestEvidence.pack(directory, files)).outcome(Check.BUNDLE))
                .isEqualTo(Outcome.FAILED);
    }

    @Test
    void takes_a_bundle_that_was_unpacked_and_packed_again_with_directories() throws Exception {
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("content/", new byte[0]);
        files.put("status/", new byte[0]);
        files.putAll(TestEvidence.unpack(given.write(directory)));
        assertThat(verify(TestEvidence.pack(directory, files)).holds()).isTrue();
    }

    @Test
    void refuses_a_file_twice_in_the_archive() throws Exception {
        byte[] bundle = Files.readAllBytes(TestEvidence.pack(directory, withTwin()));
        // Rename the twin in place, which ZipOutputStream itself would refuse to write.
        String archive = new String(bundle, StandardCharsets.ISO_8859_1).replace("manifest.jsoX", "manifest.json");
        Path twice = Files.write(directory.resolve("twice.zip"), archive.getBytes(StandardCharsets.ISO_8859_1));
        assertThat(verify(twice).outcome(Check.BUNDLE)).isEqualTo(Outcome.FAILED);
    }

    @Test
    void refuses_an_archive_that_unpacks_to_something_else_from_its_beginning_on() throws Exception {
        Map<String, byte[]> files = TestEvidence.unpack(given.write(directory));
        byte[] right = Files.readAllBytes(TestEvidence.pack(directory, files));
        files.put("content/Tür_7__x_.jpg", "something else".getBytes(StandardCharsets.US_ASCII));
        byte[] other = Files.readAllBytes(TestEvidence.pack(directory, files));
        int end = right.length - 22;
        int start = ByteBuffer.wrap(right).order(ByteOrder.LITTLE_ENDIAN).getInt(end + 16);
        // All files of the other archive, a gap, then the right one, whose directory begins that much later.
        int gap = 4;
        int before = gap + ByteBuffer.wrap(other).order(ByteOrder.LITTLE_ENDIAN).getInt(other.length - 6);
        ByteBuffer both = ByteBuffer.allocate(before + right.length).order(ByteOrder.LITTLE_ENDIAN);
        both.put(other, 0, before - gap).put(new byte[gap]).put(right);
        for (int at = before + start; at < before + end; at += 46 + both.getShort(at + 28) + both.getShort(at + 30)) {
            both.putInt(at + 42, before + both.getInt(at + 42));
        }
        both.putInt(before + end + 16, before + start);
        Path twofold = Files.write(directory.resolve("twofold.zip"), both.array());

        assertThat(TestEvidence.unpack(twofold).get("content/Tür_7__x_.jpg")).hasSize(14);
        assertThat(verify(twofold).outcome(Check.CONTENT_HASH)).isEqualTo(Outcome.PASSED);
        assertThat(failed(verify(twofold))).contains(Check.BUNDLE);
    }

    @Test
    void refuses_a_bomb_without_unpacking_it() throws Exception {
        Map<String, byte[]> files = TestEvidence.unpack(given.write(directory));
        files.put("manifest.json", new byte[50_000_000]);
        assertThat(verify(TestEvidence.pack(directory, files)).outcome(Check.BUNDLE))
                .isEqualTo(Outcome.FAILED);
    }

    @Test
    void stops_reading_content_that_is_longer_than_its_manifest_says() throws Exception {
        Map<String, byte[]> files = TestEvidence.unpack(given.write(directory));
        files.put("content/Tür_7__x_.jpg", new byte[50_000_000]);
        VerificationReport report = verify(TestEvidence.pack(directory, files));
        assertThat(failed(report)).containsExactly(Check.CONTENT_HASH);
        files.put("content/Tür_7__x_.jpg", new byte[0]);
        assertThat(failed(verify(TestEvidence.pack(directory, files)))).containsExactly(Check.CONTENT_HASH);
    }

    @Test
    void refuses_what_is_not_an_archive() throws Exception {
        for (byte[] bytes : List.of(new byte[0], new byte[100], "PK".getBytes(StandardCharsets.US_ASCII))) {
            Path file = Files.write(directory.resolve("file"), bytes);
            assertThat(verify(file).outcome(Check.BUNDLE)).isEqualTo(Outcome.FAILED);
        }
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> verify(directory.resolve("absent")));
    }

    @Test
    void survives_a_broken_archive() throws Exception {
        byte[] bundle = Files.readAllBytes(given.write(directory));
        Random random = new Random(15);
        Path file = directory.resolve("broken.zip");
        for (int round = 0; round < 400; round++) {
            byte[] changed = round % 4 == 0 ? Arrays.copyOf(bundle, random.nextInt(bundle.length)) : bundle.clone();
            for (int i = random.nextInt(4); i > 0 && changed.length > 0; i--) {
                changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
            }
            Files.write(file, changed);
            assertThat(verify(file)).isNotNull();
        }
    }

    @Test
    void refuses_to_write_content_of_another_size() throws Exception {
        Evidence evidence = given.evidence();
        for (int size : new int[] {0, given.content.size() - 1, given.content.size() + 1}) {
            InputStream wrong = new ByteArrayInputStream(new byte[size]);
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> EvidenceBundle.write(evidence, wrong, OutputStream.nullOutputStream()));
        }
    }

    @Test
    void an_empty_content_is_legal() throws Exception {
        given.content = Bytes.EMPTY;
        assertThat(verify(given.write(directory)).holds()).isTrue();
    }

    @Test
    void evidence_is_verified_without_a_bundle() {
        Evidence evidence = given.evidence();
        TrustedRoots root = TrustedRoots.of(given.pki.root());
        byte[] content = given.content.toArray();
        VerificationReport report =
                EvidenceVerification.verify(evidence, () -> new ByteArrayInputStream(content), root);
        assertThat(report.lines()).hasSize(DUE.size() - 1);
        assertThat(report.lines()).allMatch(line -> line.outcome() == Outcome.PASSED);
        content[0]++;
        assertThat(failed(EvidenceVerification.verify(evidence, () -> new ByteArrayInputStream(content), root)))
                .containsExactly(Check.CONTENT_HASH);
        EvidenceVerification.Content unreadable = () -> {
            throw new IOException("gone");
        };
        assertThat(failed(EvidenceVerification.verify(
                        evidence, unreadable, TrustedRoots.of(TestPki.create().root()))))
                .contains(Check.ROOT, Check.CONTENT_HASH, Check.MANIFEST_CHAIN);
    }

    @Test
    void a_receipt_is_verified_by_itself() throws Exception {
        Evidence evidence = given.evidence();
        TrustedRoots root = TrustedRoots.of(given.pki.root());
        var chain = given.receiptSigner.chain();
        assertThat(ReceiptVerification.verify(
                                evidence.manifest(), evidence.receipt(), evidence.receiptSignature(), chain, root)
                        .holds())
                .isTrue();
        assertThat(failed(ReceiptVerification.verify(
                        evidence.manifest(), evidence.receipt(), evidence.manifestSignature(), chain, root)))
                .containsExactly(Check.RECEIPT_SIGNATURE);
        assertThat(failed(ReceiptVerification.verify(
                        evidence.manifest(),
                        evidence.receipt(),
                        evidence.receiptSignature(),
                        chain,
                        TrustedRoots.of(TestPki.create().root()))))
                .containsExactly(Check.RECEIPT_CHAIN);
        given.name = "other";
        assertThat(failed(ReceiptVerification.verify(
                        given.manifest().encode(), evidence.receipt(), evidence.receiptSignature(), chain, root)))
                .containsExactly(Check.RECEIPT_NAMES_MANIFEST);
    }

    @Test
    void the_lines_of_a_report_are_harmless_to_show() throws Exception {
        given.name = "a\u001b[31m\u202Egpj.exe\n";
        VerificationReport report = verify(given.write(directory));
        assertThat(report.holds()).isTrue();
        assertThat(report.lines()).allMatch(line -> line.detail().chars().noneMatch(c -> c < 0x20 || c == 0x202E));
    }

    private Map<String, byte[]> withTwin() throws Exception {
        Map<String, byte[]> files = TestEvidence.unpack(given.write(directory));
        files.put("manifest.jsoX", files.get("manifest.json"));
        return files;
    }

    private Evidence withStatus(Bytes deviceStatus, Bytes revocationList) {
        Evidence evidence = given.evidence();
        return new Evidence(
                evidence.manifest(),
                evidence.manifestSignature(),
                evidence.receipt(),
                evidence.receiptSignature(),
                evidence.root(),
                evidence.authorities(),
                evidence.device(),
                evidence.receiptSigner(),
                deviceStatus,
                revocationList,
                evidence.receiptRevocationList());
    }

    private VerificationReport verify(Path bundle) throws IOException {
        return TestEvidence.verify(bundle, given.pki);
    }
}
