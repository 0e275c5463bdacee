package dev.waxwing.agent.upload;

import dev.waxwing.agent.connection.Refusals;
import dev.waxwing.agent.home.AgentFailure;
import dev.waxwing.agent.spool.QueuedFile;
import dev.waxwing.agent.spool.QueuedText;
import dev.waxwing.agent.spool.ReceiptStore;
import dev.waxwing.agent.spool.Settled;
import dev.waxwing.agent.spool.SignedManifest;
import dev.waxwing.agent.spool.Spool;
import dev.waxwing.agent.spool.SpoolView;
import dev.waxwing.agent.spool.TextGroup;
import dev.waxwing.agent.upload.Evidence.VerifiedReceipt;
import dev.waxwing.channel.OutgoingRecord;
import dev.waxwing.channel.SecureChannel;
import dev.waxwing.evidence.Manifest;
import dev.waxwing.media.ApplicationMessage;
import dev.waxwing.media.CertificateAnswer;
import dev.waxwing.media.CertificateQuery;
import dev.waxwing.media.ItemId;
import dev.waxwing.media.ReceiptMessage;
import dev.waxwing.media.RefusalReason;
import dev.waxwing.media.Refused;
import dev.waxwing.media.ServerMessage;
import dev.waxwing.media.TextAck;
import dev.waxwing.media.TextRefused;
import dev.waxwing.media.TextSeal;
import dev.waxwing.media.UploadAck;
import dev.waxwing.media.UploadCancel;
import dev.waxwing.media.UploadOpen;
import dev.waxwing.media.UploadReady;
import dev.waxwing.media.UploadSeal;
import dev.waxwing.trust.VerifiedPeer;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.PeerAlertException;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import dev.waxwing.wire.Writer;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One session with the server, from the side of what is to be sent (protocol section 13).
 *
 * <p>Two threads: a virtual thread of its own receives; the command's thread decides what is next and sends it. What both
 * touch is guarded by one lock, which is never held while the channel is written.
 */
final class Session implements Closeable {

    private static final int MOST_TEXTS_UNDERWAY = 2_000;
    private static final Duration SEAL_AFTER = Duration.ofSeconds(1);
    private static final Duration TICK = Duration.ofMillis(200);
    private static final Duration DEFAULT_PAUSE = Duration.ofSeconds(2);
    private static final int MOST_REOPENINGS = 3;

    private final SecureChannel channel;
    private final Spool spool;
    private final ReceiptStore receipts;
    private final Evidence evidence;
    private final Clock clock;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // Guarded by the lock.
    private final TreeMap<Long, QueuedText> unsent = new TreeMap<>();
    private final TreeMap<Long, QueuedText> underway = new TreeMap<>();
    private final TreeMap<Long, QueuedText> acknowledged = new TreeMap<>();
    private final Map<ItemId, TextGroup> groupsToSeal = new LinkedHashMap<>();
    private final Map<ItemId, TextGroup> sealedGroups = new LinkedHashMap<>();
    private final Map<ItemId, QueuedFile> waitingFiles = new LinkedHashMap<>();
    private final Map<ItemId, Upload> uploads = new LinkedHashMap<>();
    private final Map<ItemId, ReceiptMessage> unverified = new HashMap<>();
    private final Deque<Settled> settled = new ArrayDeque<>();
    private final Deque<String> notices = new ArrayDeque<>();
    private long sealAt;
    private long textsPausedUntil;
    private long filesPausedUntil;
    private int maxUploads;
    private @Nullable Refusal lastRefusal;
    private boolean signerAsked;
    private @Nullable VerifiedPeer receiptSigner;
    private @Nullable Exception end;
    private boolean closedByPeer;

    private Patience patience = new Patience(Duration.ofSeconds(30));

    Session(SecureChannel channel, Spool spool, ReceiptStore receipts, Evidence evidence, Clock clock) {
        this.channel = channel;
        this.spool = spool;
        this.receipts = receipts;
        this.evidence = evidence;
        this.clock = clock;
        this.maxUploads = channel.grant().maxOpenUploads();
        long now = System.nanoTime();
        this.sealAt = now;
        this.textsPausedUntil = now;
        this.filesPausedUntil = now;
    }

    /** Starts to receive. */
    void start() {
        Thread.ofVirtual().name("waxwing-receiver").start(this::receiveAll);
    }

    SecureChannel channel() {
        return channel;
    }

    boolean isOpen() {
        lock.lock();
        try {
            return end == null && !closedByPeer;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Sends what waits, until all of the plan is settled.
     *
     * @throws SessionEndedException if the session ended first
     * @throws AgentFailure if it makes no sense to go on
     */
    void deliver(Plan plan, Patience howLong, DeliveryListener listener)
            throws SessionEndedException, AgentFailure, IOException, InterruptedException {
        load(plan, howLong);
        try {
            Step step = next();
            while (!(step instanceof Step.Done)) {
                perform(step);
                tell(listener);
                step = next();
            }
        } catch (SessionEndedException alreadyKnown) {
            throw alreadyKnown;
        } catch (IOException broken) {
            // The receiving thread may know why, and the spool's failures are not the session's.
            requireLive();
            throw broken;
        } finally {
            tell(listener);
        }
    }

    private void load(Plan plan, Patience howLong) {
        SpoolView queue = spool.view();
        lock.lock();
        try {
            patience = howLong;
            for (QueuedText text : queue.texts()) {
                if (text.acknowledged()) {
                    acknowledge(text);
                } else if (!underway.containsKey(text.counter())) {
                    unsent.put(text.counter(), text);
                }
            }
            for (TextGroup group : queue.groups()) {
                if (!sealedGroups.containsKey(group.id())) {
                    groupsToSeal.put(group.id(), group);
                }
            }
            waitingFiles.clear();
            if (plan.files()) {
                plan.first()
                        .forEach(id -> queue.files().stream()
                                .filter(file -> file.id().equals(id))
                                .forEach(this::addWaiting));
                queue.files().forEach(this::addWaiting);
            }
        } finally {
            lock.unlock();
        }
    }

    private void addWaiting(QueuedFile file) {
        if (!uploads.containsKey(file.id())) {
            waitingFiles.putIfAbsent(file.id(), file);
        }
    }

    private void acknowledge(QueuedText text) {
        if (acknowledged.isEmpty()) {
            sealAt = System.nanoTime() + SEAL_AFTER.toNanos();
        }
        acknowledged.put(text.counter(), text);
    }

    // What is next.

    private sealed interface Step {

        record AskForSigner() implements Step {}

        record SealAgain(TextGroup group) implements Step {}

        record SendTexts(List<QueuedText> texts) implements Step {}

        record SealTexts(List<QueuedText> texts) implements Step {}

        record OpenFile(QueuedFile file) implements Step {}

        record Reopen(Upload upload) implements Step {}

        record ComparePrefix(Upload upload) implements Step {}

        record SendData(Upload upload, long most) implements Step {}

        record SealFile(Upload upload) implements Step {}

        record Wait(long until) implements Step {}

        record Done() implements Step {}
    }

    private Step next() throws SessionEndedException, AgentFailure, InterruptedException {
        lock.lock();
        try {
            requireLive();
            Step step = choose();
            if (step instanceof Step.Wait(long until)) {
                requirePatience(until);
                changed.awaitNanos(Math.min(TICK.toNanos(), Math.max(1, until - System.nanoTime())));
            }
            return step;
        } finally {
            lock.unlock();
        }
    }

    private Step choose() {
        long now = System.nanoTime();
        boolean textsMaySend = now - textsPausedUntil >= 0;
        boolean filesMaySend = now - filesPausedUntil >= 0;
        if (isDone()) {
            return new Step.Done();
        }
        if (!signerAsked) {
            return new Step.AskForSigner();
        }
        if (!groupsToSeal.isEmpty() && textsMaySend) {
            return new Step.SealAgain(groupsToSeal.values().iterator().next());
        }
        if (!unsent.isEmpty() && textsMaySend && underway.size() < MOST_TEXTS_UNDERWAY) {
            return new Step.SendTexts(List.copyOf(unsent.values()));
        }
        if (mustSeal(now)) {
            return new Step.SealTexts(
                    acknowledged.values().stream().limit(TextSeal.MAX_GROUP).toList());
        }
        for (Upload upload : uploads.values()) {
            Step step = choose(upload);
            if (step != null) {
                return step;
            }
        }
        if (!waitingFiles.isEmpty() && filesMaySend && uploads.size() < maxUploads) {
            return new Step.OpenFile(waitingFiles.values().iterator().next());
        }
        return new Step.Wait(wakeUp(now, textsMaySend, filesMaySend));
    }

    private static @Nullable Step choose(Upload upload) {
        return switch (upload.phase()) {
            case LOST -> new Step.Reopen(upload);
            case READY -> new Step.ComparePrefix(upload);
            case SENDING ->
                upload.isAllSent()
                        ? new Step.SealFile(upload)
                        : upload.sendable() > 0 ? new Step.SendData(upload, upload.sendable()) : null;
            case OPENING, SEALED -> null;
        };
    }

    private boolean isDone() {
        return unsent.isEmpty()
                && underway.isEmpty()
                && acknowledged.isEmpty()
                && groupsToSeal.isEmpty()
                && sealedGroups.isEmpty()
                && waitingFiles.isEmpty()
                && uploads.isEmpty();
    }

    private boolean mustSeal(long now) {
        if (acknowledged.isEmpty()) {
            return false;
        }
        boolean nothingMoreComes = unsent.isEmpty() && underway.isEmpty();
        return nothingMoreComes || acknowledged.size() >= TextSeal.MAX_GROUP || now - sealAt >= 0;
    }

    /** When something is to be done even if nothing comes in. */
    private long wakeUp(long now, boolean textsMaySend, boolean filesMaySend) {
        long until = now + Duration.ofDays(1).toNanos();
        boolean serverIsWorking = !underway.isEmpty() || !sealedGroups.isEmpty() || !uploads.isEmpty();
        if (!textsMaySend && (!unsent.isEmpty() || !groupsToSeal.isEmpty())) {
            until = Math.min(until, textsPausedUntil);
        }
        if (!filesMaySend && !waitingFiles.isEmpty()) {
            until = Math.min(until, filesPausedUntil);
        }
        if (!acknowledged.isEmpty()) {
            until = Math.min(until, sealAt);
        }
        return serverIsWorking ? Math.min(until, now + patience.left().toNanos() + 1) : until;
    }

    private void requirePatience(long until) throws AgentFailure {
        boolean inVain = until - System.nanoTime() > patience.left().toNanos() + TICK.toNanos();
        if (!patience.isExhausted() && !inVain) {
            return;
        }
        Refusal refusal = lastRefusal;
        if (refusal != null) {
            throw new AgentFailure(
                    refusal.words(), refusal.reference(), "It stays queued and is sent with the next delivery.", null);
        }
        throw new AgentFailure(
                "nothing moved for %d seconds".formatted(patience.limit().toSeconds()),
                "It stays queued and is sent with the next delivery.");
    }

    private void requireLive() throws SessionEndedException, AgentFailure {
        lock.lock();
        try {
            if (closedByPeer) {
                throw new SessionEndedException("the server ended the session", Duration.ZERO, null, null);
            }
            switch (end) {
                case null -> {
                    // It lives.
                }
                case PeerAlertException alert -> throw ended(alert);
                case ProtocolException broken ->
                    throw new AgentFailure(
                            "the server's answer cannot be believed (%s)".formatted(broken.getMessage()),
                            null,
                            "What was queued stays queued. Tell the administrator.",
                            broken);
                case AgentFailure failure -> throw failure;
                case Exception broken ->
                    throw new SessionEndedException(
                            "the connection broke (%s)".formatted(broken.getMessage()), Duration.ZERO, null, broken);
            }
        } finally {
            lock.unlock();
        }
    }

    private static SessionEndedException ended(PeerAlertException alert) throws AgentFailure {
        var temporary = Refusals.temporary(null, alert);
        return new SessionEndedException(
                String.valueOf(temporary.getMessage()), temporary.retryAfter(), temporary.reference(), alert);
    }

    // Sending: on the command's thread.

    private void perform(Step step) throws IOException, AgentFailure {
        switch (step) {
            case Step.AskForSigner() -> askForSigner();
            case Step.SealAgain(TextGroup group) -> send(group);
            case Step.SendTexts(List<QueuedText> texts) -> send(texts);
            case Step.SealTexts(List<QueuedText> texts) -> seal(texts);
            case Step.OpenFile(QueuedFile file) -> open(file);
            case Step.Reopen(Upload upload) -> {
                locked(upload::reopening);
                send(openMessage(upload.file(), false));
            }
            case Step.ComparePrefix(Upload upload) -> comparePrefix(upload);
            case Step.SendData(Upload upload, long most) -> sendData(upload, most);
            case Step.SealFile(Upload upload) -> seal(upload);
            case Step.Wait _, Step.Done _ -> {
                // Nothing to send.
            }
        }
    }

    private void askForSigner() throws IOException {
        locked(() -> signerAsked = true);
        send(new CertificateQuery());
    }

    /** Fills one record with as many texts as it takes. */
    private void send(List<QueuedText> texts) throws IOException {
        OutgoingRecord record = channel.newRecord();
        List<QueuedText> sent = new ArrayList<>();
        try {
            Writer out = Writer.into(record.buffer());
            for (QueuedText text : texts) {
                if (sent.size() == MOST_TEXTS_UNDERWAY || record.buffer().remaining() < sizeOf(text)) {
                    break;
                }
                Evidence.message(text).encode(out);
                sent.add(text);
            }
            locked(() -> sent.forEach(text -> {
                unsent.remove(text.counter());
                underway.put(text.counter(), text);
            }));
            channel.send(record);
        } finally {
            record.discard();
        }
    }

    private static int sizeOf(QueuedText text) {
        return ApplicationMessage.HEAD_BYTES + 8 + 16 + 8 + 3 + text.text().getBytes(StandardCharsets.UTF_8).length;
    }

    private void seal(List<QueuedText> texts) throws IOException {
        TextGroup group = spool.seal(texts, evidence.signerOf(texts));
        locked(() -> {
            texts.forEach(text -> acknowledged.remove(text.counter()));
            sealAt = System.nanoTime() + SEAL_AFTER.toNanos();
        });
        send(group);
    }

    private void send(TextGroup group) throws IOException {
        locked(() -> {
            groupsToSeal.remove(group.id());
            sealedGroups.put(group.id(), group);
        });
        SignedManifest manifest = group.manifest();
        send(new TextSeal(group.id(), countersOf(group), manifest.manifest(), manifest.signature()));
    }

    private static List<Long> countersOf(TextGroup group) {
        return group.texts().stream().map(QueuedText::counter).toList();
    }

    private void open(QueuedFile file) throws IOException {
        locked(() -> waitingFiles.remove(file.id()));
        try {
            Upload upload = Upload.open(file);
            locked(() -> uploads.put(file.id(), upload));
            send(openMessage(file, false));
        } catch (FileChangedException changedFile) {
            send(new UploadCancel(file.id()));
            giveUp(file, changedFile);
        }
    }

    private static UploadOpen openMessage(QueuedFile file, boolean restart) {
        return new UploadOpen(
                file.id(), file.counter(), file.size(), file.capturedAt(), restart, file.mediaType(), file.name());
    }

    private void comparePrefix(Upload upload) throws IOException {
        try {
            if (upload.hasPrefix()) {
                locked(upload::startSending);
            } else {
                locked(upload::reopening);
                send(openMessage(upload.file(), true));
            }
        } catch (FileChangedException changedFile) {
            cancel(upload, changedFile);
        }
    }

    private void sendData(Upload upload, long most) throws IOException {
        OutgoingRecord record = channel.newRecord();
        try {
            int size = upload.fill(record.buffer(), most);
            // Before it is on its way, because the answer may come at once.
            locked(() -> upload.sent(size));
            channel.send(record);
            patience.moved();
        } catch (FileChangedException changedFile) {
            cancel(upload, changedFile);
        } finally {
            record.discard();
        }
    }

    private void seal(Upload upload) throws IOException {
        try {
            Bytes sha256 = upload.contentSha256();
            SignedManifest manifest = upload.file().manifest();
            if (manifest == null) {
                QueuedFile signed = spool.seal(upload.file(), evidence.signerOf(upload.file(), sha256));
                manifest = manifestOf(signed);
                locked(() -> upload.sealed(signed));
            } else if (Evidence.read(manifest).sha256().equals(sha256)) {
                locked(() -> upload.sealed(upload.file()));
            } else {
                throw new FileChangedException(
                        "%s changed after it was signed".formatted(upload.file().path()));
            }
            send(new UploadSeal(upload.id(), manifest.manifest(), manifest.signature()));
        } catch (FileChangedException changedFile) {
            cancel(upload, changedFile);
        }
    }

    private static SignedManifest manifestOf(QueuedFile signed) {
        SignedManifest manifest = signed.manifest();
        if (manifest == null) {
            throw new IllegalStateException("the spool kept no manifest");
        }
        return manifest;
    }

    private void cancel(Upload upload, FileChangedException reason) throws IOException {
        remove(upload.id());
        send(new UploadCancel(upload.id()));
        giveUp(upload.file(), reason);
    }

    private void giveUp(QueuedFile file, FileChangedException reason) throws IOException {
        settle(new Settled(
                file.id(),
                Settled.Kind.FILE,
                file.counter(),
                file.name(),
                file.size(),
                null,
                null,
                reason.words(),
                null,
                List.of(),
                clock.instant().truncatedTo(ChronoUnit.MILLIS)));
    }

    private void send(ApplicationMessage message) throws IOException {
        OutgoingRecord record = channel.newRecord();
        try {
            message.encode(Writer.into(record.buffer()));
            channel.send(record);
        } finally {
            record.discard();
        }
    }

    private void tell(DeliveryListener listener) {
        List<Settled> outcomes = new ArrayList<>();
        List<String> words = new ArrayList<>();
        List<UploadProgress> progress = new ArrayList<>();
        locked(() -> {
            outcomes.addAll(settled);
            settled.clear();
            words.addAll(notices);
            notices.clear();
            uploads.values().forEach(upload -> progress.add(upload.progress()));
        });
        words.forEach(listener::notice);
        listener.progress(progress);
        outcomes.forEach(listener::settled);
    }

    // Receiving: on the session's own thread.

    private void receiveAll() {
        Exception reason = null;
        try {
            for (ByteBuffer content = channel.receive(); content != null; content = channel.receive()) {
                receive(Reader.of(content));
            }
        } catch (ProtocolException broken) {
            channel.fail(broken);
            reason = broken;
        } catch (IOException | RuntimeException broken) {
            channel.abort();
            reason = broken;
        }
        lock.lock();
        try {
            end = reason;
            closedByPeer = reason == null;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void receive(Reader in) throws IOException, ProtocolException {
        List<Long> durable = new ArrayList<>();
        while (in.hasRemaining()) {
            switch (ServerMessage.decode(in)) {
                case TextAck(long counter) -> durable.add(counter);
                case TextRefused refused -> refuse(refused);
                case ReceiptMessage receipt -> accept(receipt);
                case Refused refused -> refuse(refused);
                case UploadReady ready -> require(ready.id(), upload -> upload.ready(ready));
                case UploadAck ack -> acknowledge(ack);
                case CertificateAnswer answer -> trust(answer);
            }
        }
        if (!durable.isEmpty()) {
            acknowledge(durable);
        }
        patience.moved();
        locked(changed::signalAll);
    }

    private void acknowledge(List<Long> counters) throws IOException, ProtocolException {
        spool.acknowledged(counters);
        lock.lock();
        try {
            for (Long counter : counters) {
                QueuedText text = underway.remove(counter);
                if (text == null) {
                    throw ProtocolException.malformed(
                            "an acknowledgement of text %d, which is not underway".formatted(counter));
                }
                acknowledge(text);
            }
        } finally {
            lock.unlock();
        }
    }

    private void acknowledge(UploadAck ack) throws ProtocolException {
        lock.lock();
        try {
            Upload upload = uploads.get(ack.id());
            // A cancelled upload's last acknowledgement may still come.
            if (upload != null && !upload.acknowledge(ack.offset())) {
                throw ProtocolException.malformed("an acknowledgement out of range");
            }
        } finally {
            lock.unlock();
        }
    }

    private void require(ItemId id, Consumer<Upload> action) {
        lock.lock();
        try {
            Upload upload = uploads.get(id);
            if (upload != null) {
                action.accept(upload);
            }
        } finally {
            lock.unlock();
        }
    }

    private void trust(CertificateAnswer answer) throws IOException, ProtocolException {
        VerifiedPeer signer = evidence.receiptSigner(answer.chain());
        List<ReceiptMessage> waiting = new ArrayList<>();
        locked(() -> {
            receiptSigner = signer;
            waiting.addAll(unverified.values());
            unverified.clear();
        });
        for (ReceiptMessage receipt : waiting) {
            accept(receipt);
        }
    }

    private void accept(ReceiptMessage message) throws IOException, ProtocolException {
        TextGroup group;
        Upload upload;
        VerifiedPeer signer;
        lock.lock();
        try {
            group = sealedGroups.get(message.id());
            upload = uploads.get(message.id());
            signer = receiptSigner;
            if (signer == null) {
                unverified.put(message.id(), message);
                return;
            }
        } finally {
            lock.unlock();
        }
        SignedManifest manifest = group != null
                ? group.manifest()
                : upload != null ? upload.file().manifest() : null;
        if (manifest == null) {
            throw ProtocolException.malformed("a receipt for something that was not sealed");
        }
        Bytes texts = group == null ? null : Evidence.contentOf(group.texts());
        VerifiedReceipt verified = evidence.verify(message, manifest, signer, texts);
        receipts.keep(verified.receiptId(), verified.kept());
        Manifest content = verified.manifest();
        settle(new Settled(
                content.uploadId(),
                group == null ? Settled.Kind.FILE : Settled.Kind.TEXT,
                content.counter(),
                content.name(),
                content.size(),
                content.sha256().hex(),
                verified.receiptId(),
                null,
                null,
                group == null ? List.of() : countersOf(group),
                verified.receipt().acceptedAt()));
        remove(message.id());
    }

    private void refuse(TextRefused refused) throws IOException, ProtocolException {
        Refusal refusal = Refusal.of(refused.reason(), refused.incident(), refused.retryAfter());
        QueuedText text;
        lock.lock();
        try {
            lastRefusal = refusal;
            text = underway.remove(refused.counter());
            if (text == null) {
                throw ProtocolException.malformed(
                        "a refusal of text %d, which is not underway".formatted(refused.counter()));
            }
            if (!refused.reason().isFinal()) {
                unsent.put(text.counter(), text);
                textsPausedUntil = pause(refusal);
                return;
            }
        } finally {
            lock.unlock();
        }
        settle(refused(
                text.id(),
                Settled.Kind.TEXT,
                text.counter(),
                "text",
                text.text().getBytes(StandardCharsets.UTF_8).length,
                List.of(),
                refusal));
    }

    private void refuse(Refused refused) throws IOException {
        Refusal refusal = Refusal.of(refused.reason(), refused.incident(), refused.retryAfter());
        Settled outcome;
        lock.lock();
        try {
            lastRefusal = refusal;
            TextGroup group = sealedGroups.get(refused.id());
            Upload upload = uploads.get(refused.id());
            if (!refused.reason().isFinal()) {
                postpone(refusal, group, upload);
                return;
            }
            if (group != null) {
                Manifest content = Evidence.read(group.manifest());
                outcome = refused(
                        group.id(),
                        Settled.Kind.TEXT,
                        group.counter(),
                        content.name(),
                        content.size(),
                        countersOf(group),
                        refusal);
            } else if (upload != null) {
                QueuedFile file = upload.file();
                outcome = refused(
                        file.id(), Settled.Kind.FILE, file.counter(), file.name(), file.size(), List.of(), refusal);
            } else {
                return;
            }
        } finally {
            lock.unlock();
        }
        settle(outcome);
        remove(refused.id());
    }

    /** Something was refused for now. The lock is held. */
    private void postpone(Refusal refusal, @Nullable TextGroup group, @Nullable Upload upload) throws IOException {
        if (group != null) {
            sealedGroups.remove(group.id());
            groupsToSeal.put(group.id(), group);
            textsPausedUntil = pause(refusal);
        }
        if (upload == null) {
            return;
        }
        boolean lost = refusal.reason() == RefusalReason.UNKNOWN_UPLOAD
                && refusal.retryAfter().isZero();
        if (lost && upload.lose() <= MOST_REOPENINGS) {
            return;
        }
        if (refusal.reason() == RefusalReason.TOO_MANY) {
            maxUploads = Math.max(1, uploads.size() - 1);
        }
        uploads.remove(upload.id());
        upload.close();
        waitingFiles.put(upload.id(), upload.file());
        filesPausedUntil = pause(refusal);
    }

    private long pause(Refusal refusal) {
        Duration pause = refusal.retryAfter().isZero() ? DEFAULT_PAUSE : refusal.retryAfter();
        notices.add("%s; trying again in %d s".formatted(refusal.words(), pause.toSeconds()));
        return System.nanoTime() + pause.toNanos();
    }

    private Settled refused(
            ItemId id, Settled.Kind kind, long counter, String name, long size, List<Long> texts, Refusal refusal) {
        return new Settled(
                id,
                kind,
                counter,
                name,
                size,
                null,
                null,
                refusal.words(),
                refusal.reference(),
                texts,
                clock.instant().truncatedTo(ChronoUnit.MILLIS));
    }

    // Both.

    private void settle(Settled outcome) throws IOException {
        spool.settle(outcome);
        locked(() -> settled.add(outcome));
        patience.moved();
    }

    private void remove(ItemId id) throws IOException {
        lock.lock();
        try {
            sealedGroups.remove(id);
            groupsToSeal.remove(id);
            Upload upload = uploads.remove(id);
            if (upload != null) {
                upload.close();
            }
        } finally {
            lock.unlock();
        }
    }

    private void locked(Runnable action) {
        lock.lock();
        try {
            action.run();
        } finally {
            lock.unlock();
        }
    }

    /** Ends the session with an authenticated close. */
    @Override
    public void close() throws IOException {
        channel.close();
        lock.lock();
        try {
            Iterator<Upload> open = uploads.values().iterator();
            while (open.hasNext()) {
                open.next().close();
                open.remove();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Ends the session at once. */
    void abort() throws IOException {
        channel.abort();
        close();
    }
}
