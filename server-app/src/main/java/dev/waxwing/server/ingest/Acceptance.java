package dev.waxwing.server.ingest;

import dev.waxwing.ca.audit.AuditEvent;
import dev.waxwing.ca.audit.AuditTrail;
import dev.waxwing.ca.authority.Authority;
import dev.waxwing.ca.authority.CertificateAuthority;
import dev.waxwing.ca.inventory.SerialNumber;
import dev.waxwing.ca.issuance.RoleCredentials;
import dev.waxwing.ca.revocation.OcspResponder;
import dev.waxwing.ca.revocation.RevocationLists;
import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.evidence.DetachedSignature;
import dev.waxwing.evidence.InvalidSignatureException;
import dev.waxwing.evidence.Manifest;
import dev.waxwing.evidence.Receipt;
import dev.waxwing.evidence.TrustLevel;
import dev.waxwing.media.DetectedType;
import dev.waxwing.media.RefusalReason;
import dev.waxwing.server.ingest.Signers.RevokedSignerException;
import dev.waxwing.server.ingest.Signers.Standing;
import dev.waxwing.server.ingest.Signers.UnfitSignerException;
import dev.waxwing.server.media.EvidenceArchive;
import dev.waxwing.server.media.EvidenceParts;
import dev.waxwing.server.media.MediaStore;
import dev.waxwing.server.media.TransferState;
import dev.waxwing.trust.Certificates;
import dev.waxwing.trust.Credential;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.Quantity;
import dev.waxwing.wire.SessionId;
import java.io.IOException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.springframework.stereotype.Component;

/**
 * Accepts a transfer, in one step, or finds the reason not to. Size, hash, manifest and signature are judged; then the content is
 * moved into place, and the row becomes accepted together with its receipt, its evidence and its audit entry. Should the
 * process die in between, the next start takes the content back.
 */
@Component
final class Acceptance {

    private final Signers signers;
    private final CertificateAuthority authority;
    private final RoleCredentials credentials;
    private final OcspResponder responder;
    private final RevocationLists lists;
    private final GroupCommit commit;
    private final TransferRows rows;
    private final TextStore texts;
    private final EvidenceArchive archive;
    private final AuditTrail audit;
    private final MediaStore store;
    private final CryptoProvider crypto;
    private final Clock clock;
    private final SecureRandom random;

    Acceptance(
            Signers signers,
            CertificateAuthority authority,
            RoleCredentials credentials,
            OcspResponder responder,
            RevocationLists lists,
            GroupCommit commit,
            TransferRows rows,
            TextStore texts,
            EvidenceArchive archive,
            AuditTrail audit,
            MediaStore store,
            CryptoProvider crypto,
            Clock clock,
            SecureRandom random) {
        this.signers = signers;
        this.authority = authority;
        this.credentials = credentials;
        this.responder = responder;
        this.lists = lists;
        this.commit = commit;
        this.rows = rows;
        this.texts = texts;
        this.archive = archive;
        this.audit = audit;
        this.store = store;
        this.crypto = crypto;
        this.clock = clock;
        this.random = random;
    }

    /**
     * Accepts the candidate, durably, or says why not. Nothing of a candidate that is not accepted is visible as such.
     *
     * @throws IOException when the content could not be moved
     */
    Verdict judge(Candidate candidate) throws IOException {
        Optional<Refusal> disagreement = candidate.disagreement();
        if (disagreement.isPresent()) {
            return new Verdict.Refused(disagreement.get());
        }
        try {
            X509Certificate signer =
                    signers.verify(candidate.sender().device(), candidate.manifestBytes(), candidate.signature());
            return accept(candidate, signer);
        } catch (RevokedSignerException e) {
            return revoked(e.standing());
        } catch (InvalidSignatureException | UnfitSignerException e) {
            return new Verdict.Refused(new Refusal(RefusalReason.BAD_SIGNATURE, String.valueOf(e.getMessage())));
        }
    }

    private Verdict accept(Candidate candidate, X509Certificate signer) throws IOException {
        Credential receiptSigner = credentials.receipt();
        Receipt receipt = new Receipt(
                clock.instant().truncatedTo(ChronoUnit.MILLIS),
                Manifest.sha256(candidate.manifestBytes()),
                Receipt.freshId(random),
                new SessionId(Bytes.fromHex(candidate.sender().sessionId())),
                TrustLevel.WXP2);
        EvidenceParts evidence = evidence(candidate, signer, receipt.encode(), receiptSigner);
        TransferRows.Outcome outcome = outcome(candidate, receipt);
        store.accept(candidate.transferId());
        try {
            Standing standing = commit.submit(() -> commit(candidate, signer, outcome, evidence))
                    .join();
            if (standing == Standing.GOOD) {
                return new Verdict.Accepted(evidence.receipt(), evidence.receiptSignature());
            }
            store.takeBack(candidate.transferId());
            return revoked(standing);
        } catch (CompletionException e) {
            takeBackUnlessAccepted(candidate.transferId());
            throw e;
        }
    }

    private static Verdict revoked(Standing standing) {
        return standing == Standing.ON_HOLD ? new Verdict.OnHold() : new Verdict.Revoked();
    }

    /** A commit can fail in its last step, when everything is written: then the row is right. The next start looks again. */
    private void takeBackUnlessAccepted(String transferId) throws IOException {
        if (rows.state(transferId).equals(Optional.of(TransferState.RECEIVING))) {
            store.takeBack(transferId);
        }
    }

    private EvidenceParts evidence(
            Candidate candidate, X509Certificate signer, Bytes receipt, Credential receiptSigner) {
        Authority issuer = authority.issuerOf(signer);
        Authority receiptIssuer = authority.issuerOf(receiptSigner.certificate());
        return new EvidenceParts(
                candidate.manifestBytes(),
                candidate.signature(),
                receipt,
                DetachedSignature.sign(receipt, receiptSigner, crypto),
                Certificates.encode(authority.rootCertificate()),
                Certificates.encode(issuer.certificate()),
                Certificates.encode(signer),
                Certificates.encode(receiptSigner.certificate()),
                Bytes.of(responder.staple(signer)),
                list(issuer),
                receiptIssuer.id().equals(issuer.id())
                        ? Optional.empty()
                        : Optional.of(new EvidenceParts.OtherIssuer(
                                Certificates.encode(receiptIssuer.certificate()), list(receiptIssuer))));
    }

    private Bytes list(Authority issuer) {
        return lists.of(issuer.id())
                .orElseThrow(() -> new IllegalStateException(
                        "issuer " + issuer.id() + " publishes no list, though a certificate of it has not ended"))
                .encoded();
    }

    private TransferRows.Outcome outcome(Candidate candidate, Receipt receipt) throws IOException {
        Detection found = candidate.isGroup()
                ? Detection.ofTexts()
                : Detection.of(
                        store.head(candidate.transferId(), DetectedType.HEAD_BYTES),
                        candidate.manifest().mediaType());
        return new TransferRows.Outcome(
                found.kind(),
                found.type(),
                found.mismatch(),
                candidate.received().sha256().hex(),
                candidate.sender().sessionId(),
                receipt.acceptedAt(),
                receipt.receiptId().hex());
    }

    /** In the writer's transaction: a revocation that came first wins, and nothing is accepted. */
    private Standing commit(
            Candidate candidate, X509Certificate signer, TransferRows.Outcome outcome, EvidenceParts evidence) {
        Sender sender = candidate.sender();
        SerialNumber certificate = SerialNumber.of(signer);
        Standing standing = signers.standing(sender.certificate());
        if (!certificate.equals(sender.certificate())) {
            standing = standing.orWorse(signers.standing(certificate));
        }
        if (standing != Standing.GOOD) {
            return standing;
        }
        if (!rows.accept(candidate.transferId(), outcome)
                || candidate.isGroup() && !texts.assign(sender.device(), candidate.texts(), candidate.transferId())) {
            throw new IllegalStateException("transfer " + candidate.transferId() + " is not open any more");
        }
        archive.keep(candidate.transferId(), evidence);
        audit.record(AuditEvent.success(
                sender.actor(),
                candidate.isGroup() ? "text.accepted" : "upload.accepted",
                candidate.transferId(),
                outcome.kind().word() + ", " + Quantity.of(candidate.received().size(), "byte")
                        + ", signed by certificate " + SerialNumber.of(signer)));
        return Standing.GOOD;
    }

    /** What became of a candidate. */
    sealed interface Verdict {

        record Accepted(Bytes receipt, Bytes signature) implements Verdict {}

        record Refused(Refusal refusal) implements Verdict {}

        /** The sender's certificate or the signer's is on hold: the transfer stays as it is, and may be sealed again. */
        record OnHold() implements Verdict {}

        /** The sender's certificate or the signer's was revoked for good before the transfer was complete. */
        record Revoked() implements Verdict {}
    }
}
