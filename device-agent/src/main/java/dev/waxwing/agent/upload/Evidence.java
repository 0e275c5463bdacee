package dev.waxwing.agent.upload;

import dev.waxwing.agent.identity.Identity;
import dev.waxwing.agent.spool.ManifestSigner;
import dev.waxwing.agent.spool.QueuedFile;
import dev.waxwing.agent.spool.QueuedText;
import dev.waxwing.agent.spool.ReceiptStore;
import dev.waxwing.agent.spool.SignedManifest;
import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.evidence.DetachedSignature;
import dev.waxwing.evidence.InvalidSignatureException;
import dev.waxwing.evidence.MalformedEvidenceException;
import dev.waxwing.evidence.Manifest;
import dev.waxwing.evidence.Receipt;
import dev.waxwing.evidence.SignerId;
import dev.waxwing.evidence.TextLines;
import dev.waxwing.media.ReceiptMessage;
import dev.waxwing.media.Text;
import dev.waxwing.trust.Certificates;
import dev.waxwing.trust.Credential;
import dev.waxwing.trust.PeerVerifier;
import dev.waxwing.trust.RevokedAuthorities;
import dev.waxwing.trust.Role;
import dev.waxwing.trust.UntrustedException;
import dev.waxwing.trust.VerifiedPeer;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Writer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes this device's manifests, and believes only receipts that a receipt signer under its roots made for them. */
final class Evidence {

    private static final int TYPICAL_LINE = 256;

    private final Identity identity;
    private final Credential credential;
    private final List<X509Certificate> former;
    private final CryptoProvider crypto;
    private final PeerVerifier receiptSigners;

    Evidence(Identity identity, Credential credential, CryptoProvider crypto, Clock clock) {
        this(identity, credential, List.of(), crypto, new RevokedAuthorities(identity.roots()), clock);
    }

    /**
     * @param former the chain that the device had before, its own certificate first; empty if it had none
     * @param revoked authorities whose receipt signers are not believed
     */
    Evidence(
            Identity identity,
            Credential credential,
            List<X509Certificate> former,
            CryptoProvider crypto,
            RevokedAuthorities revoked,
            Clock clock) {
        this.identity = identity;
        this.former = List.copyOf(former);
        this.credential = credential;
        this.crypto = crypto;
        // A receipt signer's status comes with the evidence bundle; the channel itself vouches for it now.
        this.receiptSigners =
                new PeerVerifier(identity.roots(), Role.RECEIPT, (_, _, _, _) -> {}, clock).knowing(revoked);
    }

    /** A receipt that was verified, with what was kept about it. */
    record VerifiedReceipt(Receipt receipt, Manifest manifest, ReceiptStore.Kept kept) {

        String receiptId() {
            return receipt.receiptId().hex();
        }
    }

    /** Signs the manifest of a group of texts. */
    ManifestSigner signerOf(List<QueuedText> texts) {
        Bytes content = contentOf(texts);
        return (counter, id, capturedAt, previous) -> sign(new Manifest(
                identity.name(),
                id,
                counter,
                TextLines.NAME,
                TextLines.MEDIA_TYPE,
                content.size(),
                sha256(content),
                capturedAt,
                previous));
    }

    /** Signs the manifest of a file. */
    ManifestSigner signerOf(QueuedFile file, Bytes sha256) {
        return (counter, id, capturedAt, previous) -> sign(new Manifest(
                identity.name(),
                id,
                counter,
                file.name(),
                file.mediaType(),
                file.size(),
                sha256,
                capturedAt,
                previous));
    }

    private SignedManifest sign(Manifest manifest) {
        Bytes encoded = manifest.encode();
        return new SignedManifest(encoded, DetachedSignature.sign(encoded, credential, crypto));
    }

    /** The same manifest, signed by the certificate of this session: the one that signed it may have ended since. */
    SignedManifest bySession(SignedManifest signed) {
        return isBy(credential.certificate(), signed)
                ? signed
                : new SignedManifest(signed.manifest(), DetachedSignature.sign(signed.manifest(), credential, crypto));
    }

    private static boolean isBy(X509Certificate certificate, SignedManifest signed) {
        try {
            return DetachedSignature.signer(signed.signature()).equals(SignerId.of(certificate));
        } catch (InvalidSignatureException impossible) {
            throw new IllegalStateException("a signature of our own cannot be read", impossible);
        }
    }

    /** What the server had accepted before this device got its certificate is proved by the one before. */
    private boolean isFromBefore(SignedManifest signed, Receipt receipt) {
        return !former.isEmpty()
                && isBy(former.getFirst(), signed)
                && receipt.acceptedAt()
                        .isBefore(credential.certificate().getNotBefore().toInstant());
    }

    /** The content that is sealed for these texts (protocol section 13.2). */
    static Bytes contentOf(List<QueuedText> texts) {
        Writer lines = Writer.growing(TYPICAL_LINE * texts.size());
        for (QueuedText text : texts) {
            Bytes utf8 = Bytes.adopt(text.text().getBytes(StandardCharsets.UTF_8));
            TextLines.write(text.counter(), text.id(), text.capturedAt(), utf8, lines);
        }
        return lines.toBytes();
    }

    static Text message(QueuedText text) {
        return new Text(text.counter(), text.id(), text.capturedAt(), text.text());
    }

    /** What a manifest of our own says. */
    static Manifest read(SignedManifest signed) {
        try {
            return Manifest.decode(signed.manifest());
        } catch (MalformedEvidenceException impossible) {
            throw new IllegalStateException("a manifest of our own cannot be read", impossible);
        }
    }

    /** Verifies the chain that the server says signs its receipts. */
    VerifiedPeer receiptSigner(List<Bytes> chain) throws ProtocolException {
        try {
            return receiptSigners.verify(Certificates.parseAll(chain), Bytes.EMPTY);
        } catch (UntrustedException untrusted) {
            throw ProtocolException.malformed("the receipt signer is not to be trusted: " + untrusted.getMessage());
        }
    }

    /** Whether a receipt says that this signer made it. */
    boolean isBy(VerifiedPeer signer, ReceiptMessage message) throws ProtocolException {
        try {
            return DetachedSignature.signer(message.signature()).equals(SignerId.of(signer.certificate()));
        } catch (InvalidSignatureException unbelieved) {
            throw ProtocolException.malformed("the receipt cannot be believed: " + unbelieved.getMessage());
        }
    }

    /**
     * Verifies a receipt.
     *
     * @param texts the content of a group of texts, to be kept with its receipt; null for a file
     */
    VerifiedReceipt verify(ReceiptMessage message, SignedManifest manifest, VerifiedPeer signer, @Nullable Bytes texts)
            throws ProtocolException {
        try {
            DetachedSignature.verify(message.receipt(), message.signature(), signer.certificate(), crypto);
            Receipt receipt = Receipt.decode(message.receipt());
            if (!receipt.manifestSha256().equals(manifest.sha256())) {
                throw ProtocolException.malformed("the receipt is for another manifest");
            }
            boolean isFromBefore = isFromBefore(manifest, receipt);
            ReceiptStore.Kept kept = new ReceiptStore.Kept(
                    isFromBefore ? manifest : bySession(manifest),
                    message.receipt(),
                    message.signature(),
                    chain(isFromBefore ? former : identity.chain(), signer),
                    rootOf(signer),
                    texts);
            return new VerifiedReceipt(receipt, read(manifest), kept);
        } catch (InvalidSignatureException | MalformedEvidenceException unbelieved) {
            throw ProtocolException.malformed("the receipt cannot be believed: " + unbelieved.getMessage());
        }
    }

    private X509Certificate rootOf(VerifiedPeer signer) {
        return identity.roots()
                .above(signer.chain().getLast())
                .orElseThrow(() -> new IllegalStateException("a verified chain ends below a root"))
                .certificate();
    }

    /** Issuing authorities first, then the device's certificate and the receipt signer's. */
    private static List<X509Certificate> chain(List<X509Certificate> ours, VerifiedPeer signer) {
        Set<X509Certificate> chain = new LinkedHashSet<>();
        List<X509Certificate> theirs = signer.chain();
        chain.addAll(ours.subList(1, ours.size()));
        chain.addAll(theirs.subList(1, theirs.size()));
        chain.add(ours.getFirst());
        chain.add(theirs.getFirst());
        return new ArrayList<>(chain);
    }

    private static Bytes sha256(Bytes content) {
        try {
            return Bytes.of(MessageDigest.getInstance("SHA-256").digest(content.toArray()));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }
}
