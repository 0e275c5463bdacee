package dev.waxwing.server.ingest;

import dev.waxwing.ca.enrollment.RenewalResult;
import dev.waxwing.channel.SecureChannel;
import dev.waxwing.media.CertificateAnswer;
import dev.waxwing.media.CertificateQuery;
import dev.waxwing.media.DeviceMessage;
import dev.waxwing.media.ItemId;
import dev.waxwing.media.ReceiptMessage;
import dev.waxwing.media.RefusalReason;
import dev.waxwing.media.Refused;
import dev.waxwing.media.RenewalAnswer;
import dev.waxwing.media.RenewalRefused;
import dev.waxwing.media.RenewalRequest;
import dev.waxwing.media.RootListAnswer;
import dev.waxwing.media.RootListQuery;
import dev.waxwing.media.ServerMessage;
import dev.waxwing.media.Text;
import dev.waxwing.media.TextAck;
import dev.waxwing.media.TextRefused;
import dev.waxwing.media.TextSeal;
import dev.waxwing.media.UploadAck;
import dev.waxwing.media.UploadCancel;
import dev.waxwing.media.UploadData;
import dev.waxwing.media.UploadOpen;
import dev.waxwing.media.UploadReady;
import dev.waxwing.media.UploadSeal;
import dev.waxwing.server.ingest.IncomingUpload.Appended;
import dev.waxwing.server.ingest.IncomingUpload.Held;
import dev.waxwing.trust.Certificates;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.Incident;
import dev.waxwing.wire.Quantity;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What a device offers in one session, and what it is answered (docs/protocol.md, section 13). The session's reading thread calls
 * {@link #receive}, {@link #endRecord} and {@link #close}; all that takes long happens on virtual threads, in order for each id.
 */
public final class Conversation {

    /** Texts on their way into the database, in bytes; reading stops beyond. */
    private static final int TEXT_IN_FLIGHT = 2 << 20;

    private static final int TEXT_OVERHEAD = 512;
    private static final int TASKS_IN_FLIGHT = 64;
    private static final int REMEMBERED_REFUSALS = 256;
    /** Not for good: the device may have a newer certificate, under which it offers the same again. */
    static final Refusal REVOKED =
            new Refusal(RefusalReason.UNAVAILABLE, "the certificate of this session was revoked meanwhile");

    /** Renewals are answered in the order in which they came. */
    private static final ItemId RENEWALS = ItemId.parse("0".repeat(32));

    private static final Duration RETRY_FULL = Duration.ofSeconds(60);
    private static final Duration RETRY_SOON = Duration.ofSeconds(5);

    private final Sender sender;
    private final Ingest ingest;
    private final Outbox outbox;
    private final SessionRefusals refusals;
    private final TaskLanes lanes = new TaskLanes(TASKS_IN_FLIGHT);
    private final Semaphore textRoom = new Semaphore(TEXT_IN_FLIGHT);
    private final Map<ItemId, IncomingUpload> uploads = new ConcurrentHashMap<>();
    private final Set<ItemId> refused = new LinkedHashSet<>();
    /** Of the present record; only the reading thread uses them. */
    private final List<TextOffer> texts = new ArrayList<>();

    private final CaptureClock captureClock;
    private final AtomicReference<Bytes> toldRootList;
    private volatile boolean wantsRootLists;
    private volatile boolean ending;

    Conversation(Sender sender, Ingest ingest, SecureChannel channel) {
        this.sender = sender;
        this.ingest = ingest;
        this.outbox = new Outbox(channel);
        this.captureClock = new CaptureClock(ingest.clock());
        this.refusals = ingest.refusals(sender);
        this.toldRootList = new AtomicReference<>(channel.rootList());
    }

    /** How many uploads are open. */
    public int openUploads() {
        return uploads.size();
    }

    /** Deals with one message. Waits while the device is too far ahead of the disk, or does not take its answers. */
    public void receive(DeviceMessage message) {
        if (ending) {
            return;
        }
        if (!(message instanceof Text)) {
            storeTexts();
            outbox.awaitRoom();
        }
        switch (message) {
            case Text text -> texts.add(TextOffer.of(sender, text));
            case TextSeal seal -> lanes.run(seal.group(), () -> sealTexts(seal));
            case UploadOpen open -> open(open);
            case UploadData data -> data(data);
            case UploadSeal seal -> seal(seal);
            case UploadCancel cancel -> cancel(cancel);
            case RenewalRequest request -> lanes.run(RENEWALS, () -> renew(request));
            case RootListQuery _ -> {
                wantsRootLists = true;
                tellRootList();
            }
            case CertificateQuery _ -> outbox.add(new CertificateAnswer(ingest.receiptChain()));
        }
    }

    /** Tells the device of the root's newest revocation list, if it wants to know and has not heard of it. Any thread may call. */
    public void tellRootList() {
        Bytes newest = ingest.rootList();
        if (wantsRootLists && !newest.isEmpty() && !newest.equals(toldRootList.getAndSet(newest))) {
            outbox.add(new RootListAnswer(newest));
        }
    }

    /** Waits until the device was told all that there is to tell, but no longer than {@code patience}. */
    public void awaitTold(Duration patience) throws InterruptedException {
        outbox.awaitEmpty(patience);
    }

    /** All messages of a record have been received: its texts, which wait for each other till then, go to the database. */
    public void endRecord() {
        storeTexts();
    }

    /** Takes nothing more from the device. Any thread may call. */
    public void takeNoMore() {
        ending = true;
    }

    /** Takes nothing more from the device; what was taken is finished and answered, as long as {@code patience} lasts. */
    public void finish(Duration patience) throws InterruptedException {
        ending = true;
        long deadline = System.nanoTime() + patience.toNanos();
        if (textRoom.tryAcquire(TEXT_IN_FLIGHT, patience.toNanos(), TimeUnit.NANOSECONDS)) {
            textRoom.release(TEXT_IN_FLIGHT);
        }
        lanes.awaitIdle(Duration.ofNanos(deadline - System.nanoTime()));
        outbox.awaitEmpty(Duration.ofNanos(deadline - System.nanoTime()));
    }

    /** The session is over: its uploads are let go of, to be continued in another. */
    public void close() {
        ending = true;
        uploads.values().forEach(this::release);
        refusals.close();
    }

    private void compareClocks(ItemId id, Instant capturedAt) {
        captureClock.ahead(capturedAt).ifPresent(ahead -> lanes.run(id, () -> ingest.noteClock(sender, ahead)));
    }

    /** Stores what one record brought; that always has room within the limit. */
    private void storeTexts() {
        if (texts.isEmpty()) {
            return;
        }
        List<TextOffer> offers = List.copyOf(texts);
        texts.clear();
        outbox.awaitRoom();
        TextOffer latest = Collections.max(offers, Comparator.comparing(TextOffer::capturedAt));
        compareClocks(latest.id(), latest.capturedAt());
        int bytes = offers.stream().mapToInt(offer -> offer.utf8().size()).sum();
        int cost = bytes + TEXT_OVERHEAD * offers.size();
        textRoom.acquireUninterruptibly(cost);
        ingest.textRoom().acquireUninterruptibly(cost);
        ingest.traffic().received(bytes);
        ingest.store(offers).whenComplete((outcomes, failure) -> {
            List<Runnable> refusals = failure == null ? answer(offers, outcomes) : refusals(offers, failure);
            if (refusals.isEmpty()) {
                makeTextRoom(cost);
            } else {
                // Writing the audit trail waits for the database, and this is the database's writer.
                Thread.startVirtualThread(() -> {
                    refusals.forEach(Runnable::run);
                    makeTextRoom(cost);
                });
            }
        });
    }

    private void makeTextRoom(int cost) {
        ingest.textRoom().release(cost);
        textRoom.release(cost);
    }

    /** Acknowledges what is durable, and returns what refuses the rest. */
    private List<Runnable> answer(List<TextOffer> offers, List<TextStore.Outcome> outcomes) {
        List<ServerMessage> acknowledged = new ArrayList<>(offers.size());
        List<Runnable> refusals = new ArrayList<>();
        for (int i = 0; i < offers.size(); i++) {
            TextOffer offer = offers.get(i);
            TextStore.Outcome outcome = outcomes.get(i);
            if (outcome == TextStore.Outcome.DURABLE) {
                acknowledged.add(new TextAck(offer.counter()));
            } else {
                refusals.add(() -> refuseText(offer, refusal(offer, outcome)));
            }
        }
        ingest.traffic().textsAccepted(acknowledged.size());
        outbox.add(acknowledged);
        return refusals;
    }

    private List<Runnable> refusals(List<TextOffer> offers, Throwable failure) {
        Refusal refusal =
                new Refusal(RefusalReason.UNAVAILABLE, "the text could not be stored: " + failure.getMessage());
        return offers.stream()
                .<Runnable>map(offer -> () -> refuseText(offer, refusal))
                .toList();
    }

    private static Refusal refusal(TextOffer offer, TextStore.Outcome outcome) {
        return switch (outcome) {
            case STORAGE_FULL ->
                new Refusal(RefusalReason.STORAGE_FULL, "the disk has no room for a text beside the reserve");
            case REVOKED -> REVOKED;
            default ->
                new Refusal(RefusalReason.CONFLICT, "counter " + offer.counter() + " or id stands for something else");
        };
    }

    private void refuseText(TextOffer offer, Refusal refusal) {
        Incident incident = refusals.refuse("text.refused", offer.id().toString(), refusal);
        outbox.add(new TextRefused(offer.counter(), refusal.reason(), incident, retryAfter(refusal.reason())));
    }

    /** Whatever goes wrong, the device hears of it; nothing of it ends the session. */
    private void renew(RenewalRequest request) {
        try {
            switch (ingest.renew(sender, request)) {
                case RenewalResult.Renewed(List<X509Certificate> chain) ->
                    outbox.add(new RenewalAnswer(
                            chain.stream().map(Certificates::encode).toList()));
                case RenewalResult.Refused(var reason, String detail, Duration retryAfter) ->
                    refuseRenewal(new Refusal(reason(reason), detail), retryAfter);
            }
        } catch (RuntimeException e) {
            refuseRenewal(failure(e), RETRY_SOON);
        }
    }

    private static RefusalReason reason(RenewalResult.Reason reason) {
        return switch (reason) {
            case BAD_REQUEST -> RefusalReason.BAD_SIGNATURE;
            case KEY_IN_USE -> RefusalReason.CONFLICT;
            case NOT_NOW -> RefusalReason.POLICY;
            case TOO_MANY -> RefusalReason.TOO_MANY;
            case UNAVAILABLE -> RefusalReason.UNAVAILABLE;
        };
    }

    private void refuseRenewal(Refusal refusal, Duration retryAfter) {
        Incident incident = refusals.refuse(
                "certificate.renewal-refused", sender.certificate().toString(), refusal);
        outbox.add(new RenewalRefused(refusal.reason(), incident, retryAfter));
    }

    private void sealTexts(TextSeal seal) {
        answer(seal.group(), () -> ingest.sealTexts(sender, seal));
    }

    private void open(UploadOpen open) {
        ItemId id = open.id();
        compareClocks(id, open.capturedAt());
        refused.remove(id);
        IncomingUpload reopened = uploads.remove(id);
        if (uploads.size() >= ingest.maxOpenUploads()) {
            if (reopened != null) {
                reopened.abandon();
            }
            refuse(
                    id,
                    new Refusal(
                            RefusalReason.TOO_MANY,
                            "more than " + Quantity.of(ingest.maxOpenUploads(), "open upload")));
            return;
        }
        IncomingUpload upload = ingest.upload(open, new IncomingUpload.Progress() {
            @Override
            public void durable(long offset) {
                outbox.add(new UploadAck(id, offset));
            }

            @Override
            public void failed(IOException e) {
                lanes.run(id, () -> refuseNow(id, failure(e)));
            }
        });
        uploads.put(id, upload);
        lanes.run(id, () -> open(upload));
    }

    private void open(IncomingUpload upload) {
        ItemId id = upload.offer().id();
        answer(id, () -> switch (prepare(upload)) {
            case Opening.Ready(Held held) ->
                new Answer.Said(new UploadReady(id, held.size(), held.sha256(), ingest.window()));
            case Opening.Answered(Answer answer) -> answer;
        });
    }

    private Opening prepare(IncomingUpload upload) throws IOException {
        boolean ready = false;
        try {
            Opening opening = ingest.open(sender, upload);
            ready = opening instanceof Opening.Ready;
            return opening;
        } finally {
            if (!ready) {
                release(upload);
            }
        }
    }

    private void release(IncomingUpload upload) {
        uploads.remove(upload.offer().id(), upload);
        ingest.uploads().release(sender.device(), upload);
        upload.abandon();
    }

    private void data(UploadData data) {
        ItemId id = data.id();
        IncomingUpload upload = uploads.get(id);
        if (upload == null) {
            if (!refused.contains(id)) {
                refuse(id, new Refusal(RefusalReason.UNKNOWN_UPLOAD, "no such upload is open in this session"));
            }
            return;
        }
        int length = data.data().remaining();
        try {
            Appended appended = upload.append(data.offset(), data.data());
            switch (appended) {
                case TAKEN -> ingest.traffic().received(length);
                case OUT_OF_ORDER ->
                    giveUp(
                            id,
                            upload,
                            new Refusal(RefusalReason.UNKNOWN_UPLOAD, "data at " + data.offset() + " is out of order"));
                case NOT_OPEN -> lost(id, upload);
            }
        } catch (IOException e) {
            giveUp(id, upload, failure(e));
        }
    }

    /** Either a newer session has it, or synchronising failed and was answered already. */
    private void lost(ItemId id, IncomingUpload upload) {
        if (upload.syncFailure() == null) {
            giveUp(
                    id,
                    upload,
                    new Refusal(RefusalReason.UNKNOWN_UPLOAD, "the upload is not open in this session any more"));
        } else {
            uploads.remove(id, upload);
            remember(id);
        }
    }

    private void giveUp(ItemId id, IncomingUpload upload, Refusal refusal) {
        release(upload);
        refuse(id, refusal);
    }

    private void seal(UploadSeal seal) {
        ItemId id = seal.id();
        IncomingUpload upload = uploads.get(id);
        if (upload == null) {
            if (!refused.contains(id)) {
                refuse(id, new Refusal(RefusalReason.UNKNOWN_UPLOAD, "no such upload is open in this session"));
            }
            return;
        }
        if (!upload.beginSeal()) {
            lost(id, upload);
            return;
        }
        uploads.remove(id, upload);
        lanes.run(
                id,
                () -> answer(id, () -> {
                    try {
                        return ingest.seal(sender, upload, seal);
                    } finally {
                        upload.sealed();
                        ingest.uploads().release(sender.device(), upload);
                    }
                }));
    }

    private void cancel(UploadCancel cancel) {
        uploads.remove(cancel.id());
        lanes.run(cancel.id(), () -> ingest.cancel(sender, cancel.id().toString()));
    }

    /** Runs what leads to an answer; whatever goes wrong in it, the device hears of it. */
    private void answer(ItemId id, Step step) {
        try {
            switch (step.run()) {
                case Answer.Receipted(Bytes receipt, Bytes signature) ->
                    outbox.add(new ReceiptMessage(id, receipt, signature));
                case Answer.Declined(RefusalReason reason, Incident incident) ->
                    outbox.add(new Refused(id, reason, incident, retryAfter(reason)));
                case Answer.Refuse(Refusal refusal) -> refuseNow(id, refusal);
                case Answer.Said(var message) -> outbox.add(message);
            }
        } catch (IOException | RuntimeException e) {
            refuseNow(id, failure(e));
        }
    }

    /** Only on the reading thread. */
    private void refuse(ItemId id, Refusal refusal) {
        remember(id);
        lanes.run(id, () -> refuseNow(id, refusal));
    }

    private void refuseNow(ItemId id, Refusal refusal) {
        Incident incident = refusals.refuse("upload.refused", id.toString(), refusal);
        outbox.add(new Refused(id, refusal.reason(), incident, retryAfter(refusal.reason())));
    }

    /** What a device had sent before it heard of a refusal is dropped, not refused again piece by piece. */
    private void remember(ItemId id) {
        refused.add(id);
        if (refused.size() > REMEMBERED_REFUSALS) {
            refused.remove(refused.iterator().next());
        }
    }

    private static Refusal failure(Exception e) {
        RefusalReason reason =
                e instanceof StorageFullException ? RefusalReason.STORAGE_FULL : RefusalReason.UNAVAILABLE;
        String message = e.getMessage();
        return new Refusal(reason, message == null ? e.toString() : message);
    }

    private static Duration retryAfter(RefusalReason reason) {
        return switch (reason) {
            case STORAGE_FULL -> RETRY_FULL;
            case TOO_MANY, UNAVAILABLE -> RETRY_SOON;
            default -> Duration.ZERO;
        };
    }

    private interface Step {
        Answer run() throws IOException;
    }
}
