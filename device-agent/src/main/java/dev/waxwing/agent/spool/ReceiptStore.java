package dev.waxwing.agent.spool;

import dev.waxwing.agent.home.PrivateFiles;
import dev.waxwing.agent.home.PrivateFiles.NamedContent;
import dev.waxwing.evidence.MalformedEvidenceException;
import dev.waxwing.evidence.TextLines;
import dev.waxwing.media.Text;
import dev.waxwing.trust.Certificates;
import dev.waxwing.wire.Bytes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Keeps each receipt with everything that is needed to check it without the server, in a directory of its own. */
public final class ReceiptStore {

    private final Path directory;

    /** @param directory made with the first receipt */
    public ReceiptStore(Path directory) {
        this.directory = directory;
    }

    /**
     * A receipt and what it is about.
     *
     * @param manifest the signed manifest
     * @param receipt canonical JSON
     * @param signature the server's CMS signature of the receipt
     * @param chain certificates between the root and the signers of both, these included
     * @param root the root
     * @param texts the content of a group of texts; null for a file
     */
    public record Kept(
            SignedManifest manifest,
            Bytes receipt,
            Bytes signature,
            List<X509Certificate> chain,
            X509Certificate root,
            @Nullable Bytes texts) {

        public Kept {
            chain = List.copyOf(chain);
        }
    }

    /**
     * Keeps a receipt durably; what is kept under its id already stays as it is.
     *
     * @return false if that is another receipt, so that this one is not kept
     */
    public boolean keep(String receiptId, Kept kept) throws IOException {
        PrivateFiles.createDirectories(directory);
        List<NamedContent> files = new ArrayList<>();
        files.add(new NamedContent("manifest.json", kept.manifest().manifest().toArray()));
        files.add(new NamedContent("manifest.p7s", kept.manifest().signature().toArray()));
        files.add(new NamedContent("receipt.json", kept.receipt().toArray()));
        files.add(new NamedContent("receipt.p7s", kept.signature().toArray()));
        files.add(new NamedContent("chain.pem", pem(kept.chain())));
        files.add(new NamedContent("ca.pem", pem(List.of(kept.root()))));
        Bytes texts = kept.texts();
        if (texts != null) {
            files.add(new NamedContent("texts.jsonl", texts.toArray()));
        }
        Path place = directory.resolve(receiptId);
        PrivateFiles.createDirectory(place, files);
        return Bytes.of(Files.readAllBytes(place.resolve("receipt.json"))).equals(kept.receipt());
    }

    /**
     * Where a receipt is kept.
     *
     * @param receiptId 32 hexadecimal digits
     */
    public Optional<Path> find(String receiptId) {
        return receiptId.matches("[0-9a-f]{32}")
                ? Optional.of(directory.resolve(receiptId)).filter(Files::isDirectory)
                : Optional.empty();
    }

    /** Whether this was accepted by a server under this root, and its receipt is here. */
    boolean isOf(X509Certificate root, Settled settled) throws IOException {
        Optional<Path> place = place(settled);
        return place.isPresent()
                && Arrays.equals(Files.readAllBytes(place.get().resolve("ca.pem")), pem(List.of(root)));
    }

    /** The manifest of something whose receipt is here. */
    SignedManifest manifest(Settled settled) throws IOException {
        Path place = place(settled).orElseThrow();
        return new SignedManifest(
                Bytes.of(Files.readAllBytes(place.resolve("manifest.json"))),
                Bytes.of(Files.readAllBytes(place.resolve("manifest.p7s"))));
    }

    /** The texts of a group whose receipt is here, not acknowledged. */
    List<QueuedText> texts(Settled settled) throws IOException {
        Bytes content = Bytes.of(Files.readAllBytes(place(settled).orElseThrow().resolve("texts.jsonl")));
        List<QueuedText> texts = new ArrayList<>();
        int from = 0;
        for (int at = 0; at < content.size(); at++) {
            if (content.at(at) == '\n') {
                texts.add(text(content.slice(from, at + 1)));
                from = at + 1;
            }
        }
        return texts;
    }

    private static QueuedText text(Bytes line) throws IOException {
        try {
            Text text = TextLines.read(line);
            return new QueuedText(text.counter(), text.id(), text.capturedAt(), text.text(), false);
        } catch (MalformedEvidenceException e) {
            throw new IOException("a text that was kept cannot be read", e);
        }
    }

    private Optional<Path> place(Settled settled) {
        String receiptId = settled.receiptId();
        return receiptId == null ? Optional.empty() : find(receiptId);
    }

    private static byte[] pem(List<X509Certificate> certificates) {
        return Certificates.toPem(certificates).getBytes(StandardCharsets.US_ASCII);
    }
}
