package dev.waxwing.server.media;

import dev.waxwing.evidence.Evidence;
import dev.waxwing.evidence.EvidenceBundle;
import dev.waxwing.evidence.MalformedEvidenceException;
import dev.waxwing.trust.Certificates;
import dev.waxwing.trust.UntrustedException;
import dev.waxwing.wire.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.security.cert.X509Certificate;
import java.util.List;

/** The evidence of one transfer, and where its content is. */
record Bundle(String transferId, EvidenceParts parts, MediaStore store) implements StoredEvidence {

    @Override
    public String fileName() {
        return "evidence-" + transferId + ".zip";
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        try (InputStream content = Files.newInputStream(store.content(transferId))) {
            EvidenceBundle.write(evidence(), content, out);
        } catch (MalformedEvidenceException | UntrustedException e) {
            throw new IOException("the evidence of " + transferId + " is damaged", e);
        }
    }

    private Evidence evidence() throws UntrustedException {
        return new Evidence(
                parts.manifest(),
                parts.manifestSignature(),
                parts.receipt(),
                parts.receiptSignature(),
                certificate(parts.rootCertificate()),
                List.of(certificate(parts.issuingCertificate())),
                certificate(parts.deviceCertificate()),
                certificate(parts.receiptCertificate()),
                parts.deviceStatus(),
                parts.revocationList());
    }

    private static X509Certificate certificate(Bytes der) throws UntrustedException {
        return Certificates.parse(der.toArray());
    }
}
