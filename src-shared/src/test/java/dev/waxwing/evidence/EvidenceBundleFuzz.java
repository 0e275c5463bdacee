package dev.waxwing.evidence;

import dev.waxwing.fuzz.Authority;
import dev.waxwing.fuzz.Fuzz;
import dev.waxwing.trust.TrustedRoots;
import dev.waxwing.wire.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Input: a file that claims to be an evidence bundle. Whatever is wrong with it is in the report. */
public final class EvidenceBundleFuzz {

    private static final Path FILE = file();

    private EvidenceBundleFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        // A verifier streams the content, so that a small file that unpacks to much costs time but no memory.
        Fuzz.once(input, 32 << 20, 4_096, () -> {
            Files.write(FILE, input);
            VerificationReport report = BundleVerification.verify(FILE, Optional.of(TrustedRoots.of(Authority.ROOT)));
            if (report.holds()) {
                Fuzz.require(
                        report.manifest()
                                        .map(manifest -> manifest.device().value())
                                        .equals(Optional.of("camera-7"))
                                && report.receipt().isPresent(),
                        "only what the device and the server signed");
            }
        });
    }

    private static Path file() {
        try {
            Path file = Files.createTempFile("bundle", ".zip");
            file.toFile().deleteOnExit();
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static Map<String, Bytes> seeds() throws IOException, MalformedEvidenceException {
        TestEvidence evidence = new TestEvidence(Authority.pki(), Authority.DEVICE, Authority.RECEIPTS);
        Path bundle = evidence.write(Files.createTempDirectory("seed"));
        return Map.of("deflated", Bytes.of(Files.readAllBytes(bundle)), "stored", stored(TestEvidence.unpack(bundle)));
    }

    private static Bytes stored(Map<String, byte[]> files) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(out)) {
            zip.setMethod(ZipOutputStream.STORED);
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                CRC32 crc = new CRC32();
                crc.update(file.getValue());
                ZipEntry entry = new ZipEntry(file.getKey());
                entry.setSize(file.getValue().length);
                entry.setCrc(crc.getValue());
                zip.putNextEntry(entry);
                zip.write(file.getValue());
            }
        }
        return Bytes.of(out.toByteArray());
    }
}
