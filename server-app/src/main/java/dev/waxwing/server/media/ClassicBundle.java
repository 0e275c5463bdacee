package dev.waxwing.server.media;

import dev.waxwing.evidence.EvidenceBundle;
import dev.waxwing.evidence.MalformedEvidenceException;
import dev.waxwing.trust.UntrustedException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;

/** The evidence of one transfer that came by classic, and where its content is. */
record ClassicBundle(String transferId, ClassicParts parts, MediaStore store) implements StoredEvidence {

    @Override
    public String fileName() {
        return "evidence-classic-" + transferId + ".zip";
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        try (InputStream content = Files.newInputStream(store.content(transferId))) {
            EvidenceBundle.write(parts.evidence(), content, out);
        } catch (MalformedEvidenceException | UntrustedException e) {
            throw new IOException("the evidence of " + transferId + " is damaged", e);
        }
    }
}
