package dev.waxwing.evidence;

import dev.waxwing.media.SafeName;
import dev.waxwing.trust.Certificates;
import dev.waxwing.wire.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes evidence bundles (protocol sections 15 and 15.1). The same evidence and content always give the same bytes. */
public final class EvidenceBundle {

    private static final int BUFFER = 65_536;

    private EvidenceBundle() {}

    /** The name of the content within a bundle, made safe: the last part of {@code content/NAME}. */
    public static String contentName(Statement manifest) {
        return SafeName.forFile(manifest.name());
    }

    /**
     * Writes a bundle and leaves both streams open. Memory does not depend on the size of the content.
     *
     * @param content exactly as many bytes as the manifest says; read to its end, once
     * @throws MalformedEvidenceException if manifest or receipt are not in their form
     * @throws IOException if a stream fails, or the content has another size
     */
    public static void write(Evidence evidence, InputStream content, OutputStream out)
            throws IOException, MalformedEvidenceException {
        Manifest manifest = Manifest.decode(evidence.manifest());
        Receipt receipt = Receipt.decode(evidence.receipt());
        Instant time = receipt.acceptedAt();
        // OpenSSL 3.0 builds the chain of a signature without enclosed certificates from its CAfile alone.
        List<X509Certificate> authorities = new ArrayList<>(List.of(evidence.root()));
        authorities.addAll(evidence.authorities());
        List<X509Certificate> chain = new ArrayList<>(evidence.authorities());
        chain.add(evidence.device());
        chain.add(evidence.receiptSigner());

        ZipOutputStream zip = new ZipOutputStream(out, StandardCharsets.UTF_8);
        put(zip, time, BundleEntry.README, utf8(BundleReadme.text(manifest, receipt, evidence)));
        put(zip, time, BundleEntry.MANIFEST, evidence.manifest());
        put(zip, time, BundleEntry.MANIFEST_SIGNATURE, evidence.manifestSignature());
        put(zip, time, BundleEntry.RECEIPT, evidence.receipt());
        put(zip, time, BundleEntry.RECEIPT_SIGNATURE, evidence.receiptSignature());
        put(zip, time, BundleEntry.ROOT, utf8(Certificates.toPem(authorities)));
        put(zip, time, BundleEntry.CHAIN, utf8(Certificates.toPem(chain)));
        put(zip, time, BundleEntry.DEVICE_STATUS, evidence.deviceStatus());
        put(zip, time, BundleEntry.REVOCATION_LIST, evidence.revocationList());
        if (evidence.receiptRevocationList().isPresent()) {
            put(
                    zip,
                    time,
                    BundleEntry.RECEIPT_REVOCATION_LIST,
                    evidence.receiptRevocationList().get());
        }
        finish(zip, time, manifest, content);
    }

    /**
     * Writes a bundle of something that came by classic (protocol section 15.1), otherwise like the other.
     *
     * @param content exactly as many bytes as the manifest says; read to its end, once
     * @throws MalformedEvidenceException if manifest, receipt or key are not in their form
     * @throws IOException if a stream fails, or the content has another size
     */
    public static void write(ClassicEvidence evidence, InputStream content, OutputStream out)
            throws IOException, MalformedEvidenceException {
        ClassicManifest manifest = ClassicManifest.decode(evidence.manifest());
        Receipt receipt = Receipt.decode(evidence.receipt(), TrustLevel.CLASSIC);
        Instant time = receipt.acceptedAt();
        List<X509Certificate> authorities = new ArrayList<>(List.of(evidence.root()));
        authorities.addAll(evidence.authorities());
        List<X509Certificate> chain = new ArrayList<>(evidence.authorities());
        chain.add(evidence.receiptSigner());

        ZipOutputStream zip = new ZipOutputStream(out, StandardCharsets.UTF_8);
        put(zip, time, BundleEntry.README, utf8(ClassicReadme.text(manifest, receipt, evidence.root())));
        put(zip, time, BundleEntry.MANIFEST, evidence.manifest());
        if (evidence.contentSignature().isPresent()) {
            put(
                    zip,
                    time,
                    BundleEntry.CONTENT_SIGNATURE,
                    evidence.contentSignature().get());
        }
        put(
                zip,
                time,
                BundleEntry.DEVICE_KEY,
                utf8(ClassicKey.of(evidence.deviceKey()).pem()));
        put(zip, time, BundleEntry.RECEIPT, evidence.receipt());
        put(zip, time, BundleEntry.RECEIPT_SIGNATURE, evidence.receiptSignature());
        put(zip, time, BundleEntry.ROOT, utf8(Certificates.toPem(authorities)));
        put(zip, time, BundleEntry.CHAIN, utf8(Certificates.toPem(chain)));
        put(zip, time, BundleEntry.REVOCATION_LIST, evidence.revocationList());
        finish(zip, time, manifest, content);
    }

    private static void finish(ZipOutputStream zip, Instant time, Statement manifest, InputStream content)
            throws IOException {
        // Pictures and videos are compressed already.
        zip.setLevel(Deflater.NO_COMPRESSION);
        zip.putNextEntry(entry(BundleEntry.CONTENT + contentName(manifest), time));
        copy(content, zip, manifest.size());
        zip.closeEntry();
        zip.finish();
    }

    private static void copy(InputStream content, OutputStream out, long size) throws IOException {
        byte[] buffer = new byte[BUFFER];
        long written = 0;
        for (int n = content.read(buffer); n >= 0; n = content.read(buffer)) {
            written += n;
            if (written > size) {
                break;
            }
            out.write(buffer, 0, n);
        }
        if (written != size) {
            throw new IOException("the content does not have the " + size + " bytes that its manifest says");
        }
    }

    private static void put(ZipOutputStream zip, Instant time, BundleEntry entry, Bytes content) throws IOException {
        if (content.size() > entry.maxSize()) {
            throw new IOException(entry.path() + " is too large: " + content.size() + " bytes");
        }
        zip.putNextEntry(entry(entry.path(), time));
        zip.write(content.toArray());
        zip.closeEntry();
    }

    private static ZipEntry entry(String path, Instant time) {
        ZipEntry entry = new ZipEntry(path);
        entry.setTimeLocal(LocalDateTime.ofInstant(time, ZoneOffset.UTC));
        return entry;
    }

    private static Bytes utf8(String text) {
        return Bytes.of(text.getBytes(StandardCharsets.UTF_8));
    }
}
