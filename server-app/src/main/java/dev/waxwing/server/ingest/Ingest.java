package dev.waxwing.server.ingest;

import dev.waxwing.ca.audit.AuditEvent;
import dev.waxwing.ca.audit.AuditTrail;
import dev.waxwing.ca.audit.Outcome;
import dev.waxwing.ca.enrollment.RenewalOrder;
import dev.waxwing.ca.enrollment.RenewalResult;
import dev.waxwing.ca.enrollment.Renewals;
import dev.waxwing.ca.inventory.SerialNumber;
import dev.waxwing.ca.issuance.RoleCredentials;
import dev.waxwing.ca.revocation.RevocationLists;
import dev.waxwing.channel.SecureChannel;
import dev.waxwing.evidence.DetachedSignature;
import dev.waxwing.evidence.InvalidSignatureException;
import dev.waxwing.evidence.MalformedEvidenceException;
import dev.waxwing.evidence.Manifest;
import dev.waxwing.evidence.SignerId;
import dev.waxwing.media.ItemId;
import dev.waxwing.media.RefusalReason;
import dev.waxwing.media.RenewalRequest;
import dev.waxwing.media.TextSeal;
import dev.waxwing.media.UploadOpen;
import dev.waxwing.media.UploadSeal;
import dev.waxwing.server.ingest.Acceptance.Verdict;
import dev.waxwing.server.ingest.IncomingUpload.Held;
import dev.waxwing.server.ingest.TransferRows.Opened;
import dev.waxwing.server.media.DiskSpace;
import dev.waxwing.server.media.MediaProperties;
import dev.waxwing.server.media.MediaStore;
import dev.waxwing.server.media.TransferChanged;
import dev.waxwing.server.media.Transfers;
import dev.waxwing.server.session.Traffic;
import dev.waxwing.trust.Certificates;
import dev.waxwing.trust.Credential;
import dev.waxwing.trust.PeerName;
import dev.waxwing.trust.RevokedAuthorities;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.Incident;
import dev.waxwing.wire.Quantity;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.stereotype.Component;

/** Takes in what devices offer. Any thread may call; what waits for the database or the disk says so. */
@Component
public final class Ingest {

    private static final Logger LOG = LoggerFactory.getLogger(Ingest.class);

    private static final int TEXTS_IN_FLIGHT = 32 << 20;

    /** On a slow line: so much at most is sent again, and so often the device hears that it gets on. */
    private static final Duration SYNC_AFTER = Duration.ofSeconds(5);

    /** Nothing is decided for good, and nothing discarded: after the release the device goes on where it was. */
    private static final Refusal ON_HOLD =
            new Refusal(RefusalReason.UNAVAILABLE, "the certificate of the sender or of the signer is on hold");

    private final Semaphore textRoom = new Semaphore(TEXTS_IN_FLIGHT, true);
    private final GroupCommit commit;
    private final TransferRows rows;
    private final Offers offers;
    private final SenderStatus senders;
    private final OpenUploads uploads;
    private final GroupSeals groups;
    private final Acceptance acceptance;
    private final Transfers transfers;
    private final MediaStore store;
    private final DiskSpace space;
    private final MediaProperties properties;
    private final RoleCredentials credentials;
    private final RevocationLists lists;
    private final Renewals renewals;
    private final AuditTrail audit;
    private final Traffic traffic;
    private final ApplicationEventPublisher events;
    private final Clock clock;
    private final SecureRandom random;

    Ingest(
            GroupCommit commit,
            TransferRows rows,
            Offers offers,
            SenderStatus senders,
            OpenUploads uploads,
            GroupSeals groups,
            Acceptance acceptance,
            Transfers transfers,
            MediaStore store,
            DiskSpace space,
            MediaProperties properties,
            RoleCredentials credentials,
            RevocationLists lists,
            Renewals renewals,
            AuditTrail audit,
            Traffic traffic,
            ApplicationEventPublisher events,
            Clock clock,
            SecureRandom random) {
        this.commit = commit;
        this.rows = rows;
        this.offers = offers;
        this.senders = senders;
        this.uploads = uploads;
        this.groups = groups;
        this.acceptance = acceptance;
        this.transfers = transfers;
        this.store = store;
        this.space = space;
        this.properties = properties;
        this.credentials = credentials;
        this.lists = lists;
        this.renewals = renewals;
        this.audit = audit;
        this.traffic = traffic;
        this.events = events;
        this.clock = clock;
        this.random = random;
    }

    /** Begins to take in what a device offers in a session. */
    public Conversation converse(Sender sender, SecureChannel channel) {
        return new Conversation(sender, this, channel);
    }

    /** The highest counter that a device has used in an offer held durably, 0 if there is none. */
    public long durableCounter(String device) {
        return offers.highest(device);
    }

    /** How many uploads one session may have open. */
    public int maxOpenUploads() {
        return properties.maxOpenUploads();
    }

    /**
     * Puts everything aside that is half received from a device, except what it is sending under another certificate. The sessions
     * of the revoked one must have been told to end: what is still being received in them is taken away.
     *
     * @param revoked nothing is opened any more in its sessions
     * @param reason for people and the audit trail
     */
    public void quarantine(String device, SerialNumber revoked, String reason) {
        uploads.takeAway(device, revoked);
        // The writer lists them: what it opened before it knew of the revocation is there by then.
        List<TransferRows.Row> open =
                commit.submit(() -> rows.receiving(device)).join();
        for (TransferRows.Row row : open) {
            Incident incident = Incident.fresh(random);
            Refusal refusal = new Refusal(RefusalReason.POLICY, reason);
            putAside(device, revoked, row.id(), row.uploadId(), refusal, incident);
        }
    }

    /** Whether this call is the one that put it aside. Not if a session with another certificate has it meanwhile. */
    private boolean putAside(
            String device, SerialNumber sender, String id, String uploadId, Refusal refusal, Incident incident) {
        boolean changed = commit.submit(() -> {
                    boolean put = !uploads.isOpenUnderAnother(sender, device, uploadId)
                            && rows.quarantine(id, refusal, incident);
                    if (put) {
                        audit.record(event("device:" + device, "upload.quarantined", id, refusal, incident));
                    }
                    return put;
                })
                .join();
        if (changed) {
            setAside(id);
            changed(id);
        }
        return changed;
    }

    /** The devices of which something is half received. */
    public Set<String> halfSending() {
        return rows.receiving().stream().map(TransferRows.Row::device).collect(Collectors.toUnmodifiableSet());
    }

    private void setAside(String id) {
        try {
            store.quarantine(id);
        } catch (IOException e) {
            LOG.error("The part of transfer {} could not be put aside; it stays where it is", id, e);
        }
    }

    Clock clock() {
        return clock;
    }

    /** Tells the audit trail that a device dates what it offers into the future. Waits for the database. */
    void noteClock(Sender sender, Duration ahead) {
        audit.record(AuditEvent.success(
                sender.actor(),
                "device.clock-ahead",
                sender.device(),
                "session " + sender.sessionId() + ": device clock ahead by " + shown(ahead)));
    }

    private static String shown(Duration ahead) {
        return "%d d %d h %d min".formatted(ahead.toDays(), ahead.toHoursPart(), ahead.toMinutesPart());
    }

    long window() {
        return properties.window().toBytes();
    }

    OpenUploads uploads() {
        return uploads;
    }

    Traffic traffic() {
        return traffic;
    }

    List<Bytes> receiptChain() {
        return credentials.receipt().chain().stream().map(Certificates::encode).toList();
    }

    /**
     * The root's newest revocation list, DER, the same object as long as it is the same list; empty if it is too large for devices
     * (docs/protocol.md, section 7.4), as it would be after the revocation of some three hundred issuing authorities. The health of the
     * revocation lists fails then.
     */
    public Bytes rootList() {
        Bytes list = lists.root().encoded();
        return list.size() <= RevokedAuthorities.MAX_LIST ? list : Bytes.EMPTY;
    }

    /** What all sessions together may hold of texts on their way into the database, in bytes. */
    Semaphore textRoom() {
        return textRoom;
    }

    /** Gives a device its next certificate. Waits for the database. */
    RenewalResult renew(Sender sender, RenewalRequest request) {
        return renewals.renew(new RenewalOrder(
                sender.device(), sender.certificate(), request.request(), sender.sessionId(), request.early()));
    }

    CompletableFuture<List<TextStore.Outcome>> store(List<TextOffer> offers) {
        return commit.submit(offers);
    }

    IncomingUpload upload(UploadOpen offer, IncomingUpload.Progress progress) {
        return new IncomingUpload(offer, store, space, Math.max(1, window() / 2), SYNC_AFTER, progress);
    }

    /** Opens an upload, taking it over from any session that has it. Waits for that, the database and the disk. */
    Opening open(Sender sender, IncomingUpload upload) throws IOException {
        uploads.take(sender, upload);
        Opened opened = commit.submit(
                        unlessRevoked(sender, () -> rows.open(sender.device(), sender.sessionId(), upload.offer())))
                .join();
        return switch (opened) {
            case Opened.Receiving(String id, boolean fresh) -> {
                Optional<Refusal> refusal = unacceptable(sender, upload.offer());
                yield refusal.isPresent()
                        ? new Opening.Answered(reject(sender, "upload.refused", id, refusal.get()))
                        : prepare(upload, id, fresh);
            }
            case Opened.Settled settled -> new Opening.Answered(answer(settled));
        };
    }

    /** Opens in the writer's transaction: what a revocation is to put aside must not grow behind it. */
    private Supplier<Opened> unlessRevoked(Sender sender, Supplier<Opened> open) {
        return () -> senders.isRevoked(sender) ? new Opened.Revoked() : open.get();
    }

    /** Why no content could ever make an upload acceptable. */
    private Optional<Refusal> unacceptable(Sender sender, UploadOpen offer) {
        if (offer.size() > properties.maxUpload().toBytes()) {
            return Optional.of(new Refusal(RefusalReason.TOO_LARGE, offer.size() + " bytes"));
        }
        return Manifest.canDescribe(new PeerName(sender.device()), offer)
                ? Optional.empty()
                : Optional.of(
                        new Refusal(RefusalReason.BAD_MANIFEST, "its name and type leave no room for a manifest"));
    }

    private Answer answer(Opened.Settled settled) {
        return switch (settled) {
            case Opened.Accepted(Bytes receipt, Bytes signature) ->
                new Answer.Receipted(receipt, byThePresentSigner(receipt, signature));
            case Opened.Refused(RefusalReason reason, Incident incident) -> new Answer.Declined(reason, incident);
            case Opened.Revoked _ -> new Answer.Refuse(Conversation.REVOKED);
            case Opened.Conflict _ ->
                new Answer.Refuse(new Refusal(RefusalReason.CONFLICT, "counter or id stands for something else"));
        };
    }

    private Opening prepare(IncomingUpload upload, String id, boolean fresh) throws IOException {
        try {
            Held held = upload.prepare(id);
            if (held == null) {
                return new Opening.Answered(new Answer.Refuse(
                        new Refusal(RefusalReason.UNKNOWN_UPLOAD, "a newer session has taken the upload over")));
            }
            if (fresh) {
                changed(id);
            }
            return new Opening.Ready(held);
        } catch (IOException e) {
            if (fresh) {
                commit.submit(() -> rows.forget(id)).join();
                store.discardPart(id);
            }
            throw e;
        }
    }

    /** Judges an upload whose seal has begun. Waits for the disk and the database. */
    Answer seal(Sender sender, IncomingUpload upload, UploadSeal seal) throws IOException {
        Held received = upload.complete();
        try {
            Manifest manifest = Manifest.decode(seal.manifest());
            Candidate candidate = new Candidate(
                    sender,
                    upload.transferId(),
                    received,
                    Announced.of(upload.offer()),
                    manifest,
                    seal.manifest(),
                    seal.signature(),
                    List.of());
            if (received.size() != upload.offer().size()) {
                return reject(
                        candidate,
                        new Refusal(
                                RefusalReason.MISMATCH,
                                received.size() + " of "
                                        + Quantity.of(upload.offer().size(), "byte") + " arrived"));
            }
            return judge(candidate);
        } catch (MalformedEvidenceException e) {
            return reject(sender, "upload.refused", upload.transferId(), badManifest(e));
        }
    }

    /** Seals a group of texts. Waits for the disk and the database. */
    Answer sealTexts(Sender sender, TextSeal seal) throws IOException {
        return groups.exclusively(sender.device(), seal.group(), () -> sealGroup(sender, seal));
    }

    private Answer sealGroup(Sender sender, TextSeal seal) throws IOException {
        try {
            Manifest manifest = Manifest.decode(seal.manifest());
            return manifest.uploadId().equals(seal.group())
                    ? sealTexts(sender, seal, manifest)
                    : rejectGroup(
                            sender,
                            seal.group(),
                            new Refusal(RefusalReason.BAD_MANIFEST, "the manifest is of group " + manifest.uploadId()));
        } catch (MalformedEvidenceException e) {
            return rejectGroup(sender, seal.group(), badManifest(e));
        }
    }

    /** Refuses a group for good of which nothing but its id is known. */
    private Answer rejectGroup(Sender sender, ItemId group, Refusal refusal) {
        Incident incident = Incident.fresh(random);
        Opened opened = commit.submit(unlessRevoked(sender, () -> {
                    Opened found = rows.openUnknownGroup(sender.device(), sender.sessionId(), group);
                    if (found instanceof Opened.Receiving(String id, boolean _)) {
                        rows.reject(id, refusal, incident);
                        audit.record(event(sender.actor(), "text.refused", id, refusal, incident));
                    }
                    return found;
                }))
                .join();
        return switch (opened) {
            case Opened.Receiving(String id, boolean _) -> {
                traffic.offerRefused(word(refusal));
                changed(id);
                yield new Answer.Declined(refusal.reason(), incident);
            }
            case Opened.Settled settled -> answer(settled);
        };
    }

    /** A device knows who signs receipts now; the evidence keeps the signature of who did when this one was made. */
    private Bytes byThePresentSigner(Bytes receipt, Bytes signature) {
        Credential signer = credentials.receipt();
        try {
            return DetachedSignature.signer(signature).equals(SignerId.of(signer.certificate()))
                    ? signature
                    : DetachedSignature.sign(receipt, signer);
        } catch (InvalidSignatureException e) {
            throw new IllegalStateException("a stored receipt's signature cannot be read", e);
        }
    }

    private Answer sealTexts(Sender sender, TextSeal seal, Manifest manifest) throws IOException {
        Opened opened = commit.submit(unlessRevoked(
                        sender, () -> rows.openGroup(sender.device(), sender.sessionId(), manifest, seal.manifest())))
                .join();
        return switch (opened) {
            case Opened.Receiving(String id, boolean _) -> sealTexts(sender, seal, manifest, id);
            case Opened.Settled settled -> answer(settled);
        };
    }

    private Answer sealTexts(Sender sender, TextSeal seal, Manifest manifest, String id) throws IOException {
        return switch (groups.assemble(sender.device(), id, seal.counters())) {
            case GroupSeals.Assembly.Refused(Refusal refusal) -> reject(sender, "text.refused", id, refusal);
            case GroupSeals.Assembly.Assembled(Held content) ->
                judge(new Candidate(
                        sender,
                        id,
                        content,
                        GroupSeals.announced(manifest),
                        manifest,
                        seal.manifest(),
                        seal.signature(),
                        seal.counters()));
        };
    }

    private Answer judge(Candidate candidate) throws IOException {
        return switch (acceptance.judge(candidate)) {
            case Verdict.Accepted(Bytes receipt, Bytes signature) -> {
                changed(candidate.transferId());
                yield new Answer.Receipted(receipt, signature);
            }
            case Verdict.Refused(Refusal refusal) -> reject(candidate, refusal);
            case Verdict.OnHold _ -> new Answer.Refuse(ON_HOLD);
            case Verdict.Revoked _ -> putAside(candidate);
        };
    }

    /** Whoever spreads a sender's revocation does the same to all that it left open; the first of both does it. */
    private Answer putAside(Candidate candidate) {
        Sender sender = candidate.sender();
        Refusal refusal = new Refusal(RefusalReason.POLICY, "the certificate was revoked meanwhile");
        Incident incident = Incident.fresh(random);
        String uploadId = candidate.manifest().uploadId().toString();
        boolean isDone =
                putAside(sender.device(), sender.certificate(), candidate.transferId(), uploadId, refusal, incident);
        if (!isDone) {
            return new Answer.Refuse(refusal);
        }
        traffic.offerRefused(word(refusal));
        return new Answer.Declined(refusal.reason(), incident);
    }

    private Answer reject(Candidate candidate, Refusal refusal) throws IOException {
        String action = candidate.isGroup() ? "text.refused" : "upload.refused";
        return reject(candidate.sender(), action, candidate.transferId(), refusal);
    }

    /** Refuses for good: the row stays, what has arrived goes. */
    private Answer reject(Sender sender, String action, String id, Refusal refusal) throws IOException {
        Incident incident = Incident.fresh(random);
        commit.submit(() -> {
                    rows.reject(id, refusal, incident);
                    audit.record(event(sender.actor(), action, id, refusal, incident));
                    return id;
                })
                .join();
        store.discardPart(id);
        traffic.offerRefused(word(refusal));
        changed(id);
        return new Answer.Declined(refusal.reason(), incident);
    }

    /** Discards what there is of an upload that is not accepted. Waits for its user, the database and the disk. */
    void cancel(Sender sender, String uploadId) {
        uploads.takeAway(sender.device(), uploadId);
        rows.find(sender.device(), uploadId).ifPresent(row -> {
            if (forget(row, sender.actor(), "upload.cancelled")) {
                traffic.offerRefused("cancelled");
            }
        });
    }

    /** Forgets an open transfer and removes its part. */
    boolean forget(TransferRows.Row row, String actor, String action) {
        boolean forgotten = commit.submit(() -> {
                    boolean done = rows.forget(row.id());
                    if (done) {
                        audit.record(AuditEvent.success(actor, action, row.id(), null));
                    }
                    return done;
                })
                .join();
        if (forgotten) {
            try {
                store.discardPart(row.id());
            } catch (IOException e) {
                LOG.warn("The part of transfer {} is left for the next start to remove", row.id(), e);
            }
        }
        return forgotten;
    }

    /** For the refusals of one session that leave no row behind. */
    SessionRefusals refusals(Sender sender) {
        return new SessionRefusals(sender.actor(), sender.sessionId(), "", audit, traffic, clock, random);
    }

    static AuditEvent event(String actor, String action, String subject, Refusal refusal, Incident incident) {
        String reason = word(refusal) + ": " + refusal.detail();
        return new AuditEvent(actor, action, subject, Outcome.REFUSED, incident.toString(), reason);
    }

    static String word(Refusal refusal) {
        return refusal.reason().name().toLowerCase(Locale.ROOT);
    }

    private static Refusal badManifest(MalformedEvidenceException e) {
        return new Refusal(RefusalReason.BAD_MANIFEST, String.valueOf(e.getMessage()));
    }

    private void changed(String id) {
        transfers.find(id).map(TransferChanged::new).ifPresent(events::publishEvent);
    }
}
