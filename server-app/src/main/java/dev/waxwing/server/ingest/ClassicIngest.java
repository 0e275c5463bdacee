package dev.waxwing.server.ingest;

import dev.waxwing.ca.audit.AuditEvent;
import dev.waxwing.ca.audit.AuditTrail;
import dev.waxwing.ca.authority.Authority;
import dev.waxwing.ca.authority.CertificateAuthority;
import dev.waxwing.ca.issuance.RoleCredentials;
import dev.waxwing.ca.revocation.RevocationLists;
import dev.waxwing.classic.ClassicFile;
import dev.waxwing.evidence.ClassicManifest;
import dev.waxwing.evidence.ClassicManifest.ContentSignature;
import dev.waxwing.evidence.DetachedSignature;
import dev.waxwing.evidence.Manifest;
import dev.waxwing.evidence.Receipt;
import dev.waxwing.evidence.TextLines;
import dev.waxwing.evidence.TrustLevel;
import dev.waxwing.media.DetectedType;
import dev.waxwing.media.ItemId;
import dev.waxwing.media.RefusalReason;
import dev.waxwing.media.Text;
import dev.waxwing.server.media.ClassicParts;
import dev.waxwing.server.media.DiskSpace;
import dev.waxwing.server.media.EvidenceArchive;
import dev.waxwing.server.media.MediaProperties;
import dev.waxwing.server.media.MediaStore;
import dev.waxwing.server.media.TransferChanged;
import dev.waxwing.server.media.TransferKind;
import dev.waxwing.server.media.TransferState;
import dev.waxwing.server.media.Transfers;
import dev.waxwing.server.session.Traffic;
import dev.waxwing.trust.Certificates;
import dev.waxwing.trust.Credential;
import dev.waxwing.trust.PeerName;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.Incident;
import dev.waxwing.wire.Quantity;
import dev.waxwing.wire.SessionId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.stereotype.Component;

/**
 * Takes in what comes by classic, into the same rows and the same store as everything else, marked by its trust level. Each text
 * and each file is a transfer of its own. When a call returns that it is accepted, it is durable. Any thread may call; every call
 * waits for the disk and the database.
 */
@Component
public final class ClassicIngest {

    private final GroupCommit commit;
    private final TransferRows rows;
    private final EvidenceArchive archive;
    private final CertificateAuthority authority;
    private final RoleCredentials credentials;
    private final RevocationLists lists;
    private final MediaStore store;
    private final DiskSpace space;
    private final MediaProperties properties;
    private final Transfers transfers;
    private final AuditTrail audit;
    private final Traffic traffic;
    private final ApplicationEventPublisher events;
    private final Clock clock;
    private final SecureRandom random;

    ClassicIngest(
            GroupCommit commit,
            TransferRows rows,
            EvidenceArchive archive,
            CertificateAuthority authority,
            RoleCredentials credentials,
            RevocationLists lists,
            MediaStore store,
            DiskSpace space,
            MediaProperties properties,
            Transfers transfers,
            AuditTrail audit,
            Traffic traffic,
            ApplicationEventPublisher events,
            Clock clock,
            SecureRandom random) {
        this.commit = commit;
        this.rows = rows;
        this.archive = archive;
        this.authority = authority;
        this.credentials = credentials;
        this.lists = lists;
        this.store = store;
        this.space = space;
        this.properties = properties;
        this.transfers = transfers;
        this.audit = audit;
        this.traffic = traffic;
        this.events = events;
        this.clock = clock;
        this.random = random;
    }

    /** For what is refused in one session; to be closed when it ends. */
    public SessionRefusals refusals(ClassicSender sender) {
        return new SessionRefusals(sender.actor(), sender.sessionId(), "classic: ", audit, traffic, clock, random);
    }

    /**
     * Accepts a text of at most 60,000 bytes of UTF-8, maybe empty, or refuses it.
     *
     * @return why it was refused, for the log; nothing if it is accepted
     */
    public Optional<String> text(ClassicSender sender, SessionRefusals refusals, String text) throws IOException {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        ItemId id = ItemId.fresh(random);
        int size = text.getBytes(StandardCharsets.UTF_8).length;
        if (size > Text.MAX_BYTES) {
            return Optional.of(
                    refused(refusals, "text.refused", id, RefusalReason.TOO_LARGE, "a text of " + size + " bytes"));
        }
        Bytes line = TextLines.classicLine(id, now, text);
        Item item = new Item(
                id,
                TextLines.NAME,
                TextLines.MEDIA_TYPE,
                line.asByteBuffer(),
                ContentSignature.NONE,
                Optional.empty(),
                now);
        Optional<String> refusal = take(sender, refusals, item);
        if (refusal.isEmpty()) {
            traffic.textsAccepted(1);
        }
        return refusal;
    }

    /**
     * Accepts a file whose signature is right, or refuses it.
     *
     * @return why it was refused, for the log; nothing if it is accepted
     */
    public Optional<String> file(ClassicSender sender, SessionRefusals refusals, ClassicFile file) throws IOException {
        String name = ClassicName.of(file.name());
        Item item = new Item(
                ItemId.fresh(random),
                name,
                ClassicName.mediaType(name),
                file.content(),
                ContentSignature.RSA_PSS,
                Optional.of(file.signature()),
                clock.instant().truncatedTo(ChronoUnit.MILLIS));
        if (!file.signatureValid()) {
            return Optional.of(badlySigned(sender, refusals, item));
        }
        return take(sender, refusals, item);
    }

    /** Anybody who copied the device's certificate can send such files: only the first few of a session leave a row behind. */
    private String badlySigned(ClassicSender sender, SessionRefusals refusals, Item item) throws IOException {
        String detail = "the signature is not the device's over this content";
        return refusals.areMany()
                ? refused(refusals, item.refusal(), item.id(), RefusalReason.BAD_SIGNATURE, detail)
                : reject(refusals, item, open(sender, item), new Refusal(RefusalReason.BAD_SIGNATURE, detail));
    }

    private Optional<String> take(ClassicSender sender, SessionRefusals refusals, Item item) throws IOException {
        int size = item.content().remaining();
        traffic.received(size);
        if (size > properties.maxUpload().toBytes()) {
            return Optional.of(refused(refusals, item.refusal(), item.id(), RefusalReason.TOO_LARGE, size + " bytes"));
        }
        if (!space.promise(size)) {
            return Optional.of(refused(
                    refusals,
                    item.refusal(),
                    item.id(),
                    RefusalReason.STORAGE_FULL,
                    "the disk has no room for " + Quantity.of(size, "byte") + " beside the reserve"));
        }
        try {
            String id = open(sender, item);
            return store(sender, refusals, item, id);
        } finally {
            space.release(size);
        }
    }

    private String open(ClassicSender sender, Item item) {
        return commit.submit(() -> rows.openClassic(
                        sender.device(),
                        sender.sessionId(),
                        item.id(),
                        item.isText() ? TransferKind.TEXT : TransferKind.FILE,
                        item.name(),
                        item.mediaType(),
                        item.content().remaining()))
                .join();
    }

    private Optional<String> store(ClassicSender sender, SessionRefusals refusals, Item item, String id)
            throws IOException {
        try {
            Bytes sha256 = write(id, item.content());
            return accept(sender, item, id, sha256)
                    ? Optional.empty()
                    : Optional.of(reject(
                            refusals,
                            item,
                            id,
                            new Refusal(RefusalReason.POLICY, "classic was closed to the device meanwhile")));
        } catch (IOException e) {
            IOException recognised = StorageFullException.recognise(e);
            RefusalReason reason =
                    recognised instanceof StorageFullException ? RefusalReason.STORAGE_FULL : RefusalReason.UNAVAILABLE;
            return Optional.of(reject(refusals, item, id, new Refusal(reason, String.valueOf(e.getMessage()))));
        }
    }

    private Bytes write(String id, ByteBuffer content) throws IOException {
        MessageDigest digest = Fingerprint.sha256();
        digest.update(content.duplicate());
        try (FileChannel part = store.openPart(id)) {
            part.truncate(0);
            ByteBuffer left = content.duplicate();
            while (left.hasRemaining()) {
                part.write(left);
            }
            part.force(false);
        }
        return Bytes.of(digest.digest());
    }

    /** Moves the content into place; the row becomes accepted together with receipt, evidence and audit entry. */
    private boolean accept(ClassicSender sender, Item item, String id, Bytes sha256) throws IOException {
        Bytes manifest = manifest(sender, item, id, sha256).encode();
        Receipt receipt = new Receipt(
                clock.instant().truncatedTo(ChronoUnit.MILLIS),
                Manifest.sha256(manifest),
                Receipt.freshId(random),
                new SessionId(Bytes.fromHex(sender.sessionId())),
                TrustLevel.CLASSIC);
        ClassicParts evidence = evidence(sender, item, manifest, receipt.encode());
        TransferRows.Outcome outcome = outcome(sender, item, id, sha256, receipt);
        store.accept(id);
        try {
            boolean accepted = commit.submit(() -> commit(sender, item, id, outcome, evidence))
                    .join();
            if (accepted) {
                changed(id);
            } else {
                store.takeBack(id);
            }
            return accepted;
        } catch (CompletionException e) {
            if (rows.state(id).equals(Optional.of(TransferState.RECEIVING))) {
                store.takeBack(id);
            }
            throw e;
        }
    }

    private static ClassicManifest manifest(ClassicSender sender, Item item, String id, Bytes sha256) {
        return new ClassicManifest(
                new PeerName(sender.device()),
                Bytes.of(Fingerprint.sha256().digest(sender.publicKey().toArray())),
                ItemId.parse(id),
                item.name(),
                item.mediaType(),
                item.content().remaining(),
                sha256,
                item.kind(),
                item.receivedAt());
    }

    private TransferRows.Outcome outcome(ClassicSender sender, Item item, String id, Bytes sha256, Receipt receipt)
            throws IOException {
        Detection found = item.isText()
                ? Detection.ofTexts()
                : Detection.of(store.head(id, DetectedType.HEAD_BYTES), item.mediaType());
        return new TransferRows.Outcome(
                found.kind(),
                found.type(),
                found.mismatch(),
                sha256.hex(),
                sender.sessionId(),
                receipt.acceptedAt(),
                receipt.receiptId().hex());
    }

    private ClassicParts evidence(ClassicSender sender, Item item, Bytes manifest, Bytes receipt) {
        Credential signer = credentials.receipt();
        Authority issuer = authority.issuerOf(signer.certificate());
        return new ClassicParts(
                manifest,
                item.signature(),
                sender.publicKey(),
                receipt,
                DetachedSignature.sign(receipt, signer),
                Certificates.encode(authority.rootCertificate()),
                Certificates.encode(issuer.certificate()),
                Certificates.encode(signer.certificate()),
                lists.of(issuer.id()).orElseThrow().encoded());
    }

    /** In the writer's transaction: whoever closed classic to the device first wins. */
    private boolean commit(
            ClassicSender sender, Item item, String id, TransferRows.Outcome outcome, ClassicParts evidence) {
        if (!sender.admitted().getAsBoolean()) {
            return false;
        }
        if (!rows.accept(id, outcome)) {
            throw new IllegalStateException("transfer " + id + " is not open any more");
        }
        archive.keep(id, evidence);
        audit.record(AuditEvent.success(
                sender.actor(),
                item.isText() ? "text.accepted" : "upload.accepted",
                id,
                "classic: " + outcome.kind().word() + ", "
                        + Quantity.of(item.content().remaining(), "byte") + ", "
                        + (item.isText() ? "not signed" : "signed with the device's RSA key")));
        return true;
    }

    /** Refuses for good: the row stays, what has arrived goes. */
    private String reject(SessionRefusals refusals, Item item, String id, Refusal refusal) throws IOException {
        Incident incident = refusals.refuse(item.refusal(), id, refusal);
        commit.submit(() -> {
                    rows.reject(id, refusal, incident);
                    return id;
                })
                .join();
        store.discardPart(id);
        changed(id);
        return Ingest.word(refusal) + ": " + refusal.detail();
    }

    /** Refuses what is not even opened: no row is left behind. */
    private static String refused(
            SessionRefusals refusals, String action, ItemId id, RefusalReason reason, String detail) {
        Refusal refusal = new Refusal(reason, detail);
        refusals.refuse(action, id.toString(), refusal);
        return Ingest.word(refusal) + ": " + detail;
    }

    private void changed(String id) {
        transfers.find(id).map(TransferChanged::new).ifPresent(events::publishEvent);
    }

    /**
     * What is to be taken in.
     *
     * @param content from position to limit; never moved
     * @param kind what the device signed
     */
    private record Item(
            ItemId id,
            String name,
            String mediaType,
            ByteBuffer content,
            ContentSignature kind,
            Optional<Bytes> signature,
            Instant receivedAt) {

        boolean isText() {
            return kind == ContentSignature.NONE;
        }

        String refusal() {
            return isText() ? "text.refused" : "upload.refused";
        }
    }
}
