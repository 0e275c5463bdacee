package dev.waxwing.evidence;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waxwing.media.ItemId;
import dev.waxwing.trust.Credential;
import dev.waxwing.trust.PeerName;
import dev.waxwing.trust.Role;
import dev.waxwing.trust.TestPki;
import dev.waxwing.trust.TrustedRoots;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.SessionId;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/** An accepted transfer for tests; a test changes what it wants to be wrong and then builds the evidence. */
final class TestEvidence {

    static final Instant ACCEPTED = TestPki.NOW.plusMillis(123);

    final TestPki pki;
    /** The issuing authority of the receipt signer. */
    TestPki receiptPki;

    Credential device;
    Credential receiptSigner;
    String deviceName = "camera-7";
    String name = "../Tür 7 'x'.jpg";
    Bytes content = Bytes.of("not really a picture".getBytes(StandardCharsets.UTF_8));
    Instant acceptedAt = ACCEPTED;
    /** On the list of the receipt signer's authority, if that is another. */
    List<X509Certificate> receiptRevoked = List.of();

    TestEvidence() {
        this(TestPki.create());
    }

    private TestEvidence(TestPki pki) {
        this(pki, pki.issue(Role.DEVICE, "camera-7"), pki.issue(Role.RECEIPT, "receipts"));
    }

    TestEvidence(TestPki pki, Credential device, Credential receiptSigner) {
        this.pki = pki;
        this.receiptPki = pki;
        this.device = device;
        this.receiptSigner = receiptSigner;
    }

    /** The receipt signer's certificate comes from an authority that took over from the device's. */
    void rotate() {
        receiptPki = pki.rotated();
        receiptSigner = receiptPki.issue(Role.RECEIPT, "receipts");
    }

    Manifest manifest() {
        return new Manifest(
                new PeerName(deviceName),
                ItemId.parse("00112233445566778899aabbccddeeff"),
                1,
                name,
                "image/jpeg",
                content.size(),
                Sha256.of(content),
                ACCEPTED.minus(Duration.ofMinutes(3)),
                Manifest.NONE_BEFORE);
    }

    Evidence evidence() {
        Bytes manifest = manifest().encode();
        Bytes receipt = new Receipt(
                        acceptedAt,
                        Manifest.sha256(manifest),
                        Bytes.fromHex("ffeeddccbbaa99887766554433221100"),
                        new SessionId(Bytes.fromHex("0123456789abcdef0123456789abcdef")),
                        TrustLevel.WXP2)
                .encode();
        return new Evidence(
                manifest,
                DetachedSignature.sign(manifest, device),
                receipt,
                DetachedSignature.sign(receipt, receiptSigner),
                pki.rootCertificate(),
                receiptPki == pki
                        ? List.of(pki.issuingCertificate())
                        : List.of(pki.issuingCertificate(), receiptPki.issuingCertificate()),
                device.certificate(),
                receiptSigner.certificate(),
                pki.goodStaple(device.certificate()),
                pki.crl(List.of()),
                receiptPki == pki ? Optional.empty() : Optional.of(receiptPki.crl(receiptRevoked)));
    }

    Path write(Path directory) throws IOException, MalformedEvidenceException {
        return write(directory, evidence());
    }

    Path write(Path directory, Evidence evidence) throws IOException, MalformedEvidenceException {
        Path bundle = Files.createTempFile(directory, "bundle", ".zip");
        try (OutputStream out = Files.newOutputStream(bundle);
                InputStream in = new ByteArrayInputStream(content.toArray())) {
            EvidenceBundle.write(evidence, in, out);
        }
        return bundle;
    }

    static Map<String, byte[]> unpack(Path bundle) throws IOException {
        Map<String, byte[]> files = new LinkedHashMap<>();
        try (var zip = new ZipInputStream(Files.newInputStream(bundle))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                files.put(entry.getName(), zip.readAllBytes());
            }
        }
        return files;
    }

    static Path pack(Path directory, Map<String, byte[]> files) throws IOException {
        Path bundle = Files.createTempFile(directory, "bundle", ".zip");
        try (var zip = new ZipOutputStream(Files.newOutputStream(bundle))) {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                zip.putNextEntry(new ZipEntry(file.getKey()));
                zip.write(file.getValue());
            }
        }
        return bundle;
    }

    /** What a verifier says who knows the root of these certificates. */
    static VerificationReport verify(Path bundle, TestPki pki) throws IOException {
        return BundleVerification.verify(bundle, Optional.of(TrustedRoots.of(pki.root())));
    }

    static List<Check> failed(VerificationReport report) {
        return report.lines().stream()
                .filter(line -> line.outcome() == VerificationReport.Outcome.FAILED)
                .map(VerificationReport.Line::check)
                .toList();
    }

    /** Tries some places of a file in a right bundle. */
    static void assertOneChangedByteFails(Path bundle, String file, Check check, TestPki pki) throws IOException {
        Path directory = bundle.getParent();
        Map<String, byte[]> files = unpack(bundle);
        Random random = new Random(file.hashCode());
        for (int round = 0; round < 20; round++) {
            byte[] right = files.get(file);
            byte[] changed = right.clone();
            int place = random.nextInt(changed.length);
            changed[place] = (byte) (changed[place] == 'A' ? 'B' : 'A');
            files.put(file, changed);
            VerificationReport report = verify(pack(directory, files), pki);
            assertThat(failed(report)).as("byte %d", place).contains(check);
            assertThat(report.holds()).isFalse();
            files.put(file, right);
        }
        assertThat(verify(pack(directory, files), pki).holds()).isTrue();
    }
}
