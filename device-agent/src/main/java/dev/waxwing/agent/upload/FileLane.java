package dev.waxwing.agent.upload;

import dev.waxwing.agent.spool.QueuedFile;
import dev.waxwing.agent.spool.Settled;
import dev.waxwing.agent.spool.SignedManifest;
import dev.waxwing.agent.spool.Spool;
import dev.waxwing.agent.spool.SpoolView;
import dev.waxwing.agent.upload.Outcomes.Offered;
import dev.waxwing.media.ItemId;
import dev.waxwing.media.RefusalReason;
import dev.waxwing.media.Refused;
import dev.waxwing.media.UploadAck;
import dev.waxwing.media.UploadCancel;
import dev.waxwing.media.UploadData;
import dev.waxwing.media.UploadOpen;
import dev.waxwing.media.UploadReady;
import dev.waxwing.media.UploadSeal;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import java.io.Closeable;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/**
 * Files: several are open at once, so that small ones need not wait for each other's answers (protocol section 13.3). The
 * bytes of the one that was opened first go first.
 */
final class FileLane implements Lane, Closeable {

    /** Records in one write. Text that is queued meanwhile waits for so many. */
    private static final int MOST_TOGETHER = 2;

    private static final int MOST_REOPENINGS = 3;
    /** An honest server needs one: then it holds nothing, which is the beginning of every file. */
    private static final int MOST_RESTARTS = 3;

    private final Lock lock;
    private final Sender sender;
    private final Spool spool;
    private final Evidence evidence;
    private final Outcomes outcomes;
    private final Patience.Moves moves;

    private final Map<ItemId, QueuedFile> waiting = new LinkedHashMap<>();
    private final Map<ItemId, Upload> uploads = new LinkedHashMap<>();
    private final Map<ItemId, QueuedFile> leftForLater = new LinkedHashMap<>();
    private long pausedUntil = System.nanoTime();
    private int mostUploads;

    /** @param mostUploads how many the server lets be open at once */
    FileLane(
            Lock lock,
            Sender sender,
            Spool spool,
            Evidence evidence,
            Outcomes outcomes,
            Patience.Moves moves,
            int mostUploads) {
        this.lock = lock;
        this.sender = sender;
        this.spool = spool;
        this.evidence = evidence;
        this.outcomes = outcomes;
        this.moves = moves;
        this.mostUploads = mostUploads;
    }

    /** Takes in what the plan names and is not open yet. */
    void load(SpoolView queue, Plan plan) {
        waiting.clear();
        leftForLater.clear();
        if (!plan.files()) {
            return;
        }
        for (ItemId id : plan.first()) {
            queue.files().stream().filter(file -> file.id().equals(id)).forEach(this::addWaiting);
        }
        queue.files().forEach(this::addWaiting);
    }

    private void addWaiting(QueuedFile file) {
        if (!uploads.containsKey(file.id())) {
            waiting.putIfAbsent(file.id(), file);
        }
    }

    @Override
    public @Nullable Action next(long now) {
        for (Upload upload : uploads.values()) {
            Action action = next(upload);
            if (action != null) {
                return action;
            }
        }
        boolean mayOpen = now - pausedUntil >= 0 && uploads.size() < mostUploads;
        if (mayOpen && !waiting.isEmpty()) {
            QueuedFile file = waiting.values().iterator().next();
            return () -> open(file);
        }
        return null;
    }

    private @Nullable Action next(Upload upload) {
        return switch (upload.phase()) {
            case LOST -> () -> reopen(upload, false);
            case READY -> {
                UploadReady answer = upload.answer();
                yield () -> comparePrefix(upload, answer);
            }
            case SENDING -> {
                long most = upload.sendable();
                yield upload.isAllSent() ? () -> seal(upload) : most > 0 ? () -> sendData(upload, most) : null;
            }
            case OPENING, SEALED -> null;
        };
    }

    @Override
    public long wakeUp(long now) {
        return waiting.isEmpty() || now - pausedUntil >= 0 ? Long.MAX_VALUE : pausedUntil;
    }

    @Override
    public boolean isServerWorking() {
        return !uploads.isEmpty();
    }

    @Override
    public boolean isDone() {
        return waiting.isEmpty() && uploads.isEmpty();
    }

    /** A file that is not offered again in this delivery, because the server always holds another beginning. */
    Optional<QueuedFile> leftForLater() {
        return leftForLater.values().stream().findFirst();
    }

    /** How far the open uploads have got. */
    List<UploadProgress> progress() {
        return uploads.values().stream().map(Upload::progress).toList();
    }

    // On the command's thread.

    private void open(QueuedFile file) throws IOException {
        locked(() -> waiting.remove(file.id()));
        try {
            Upload upload = Upload.open(file);
            locked(() -> uploads.put(file.id(), upload));
            sender.send(opening(file, false));
        } catch (FileChangedException changed) {
            giveUp(file, changed);
        }
    }

    private void reopen(Upload upload, boolean restart) throws IOException {
        locked(upload::reopening);
        sender.send(opening(upload.file(), restart));
    }

    private static UploadOpen opening(QueuedFile file, boolean restart) {
        return new UploadOpen(
                file.id(), file.counter(), file.size(), file.capturedAt(), restart, file.mediaType(), file.name());
    }

    private void comparePrefix(Upload upload, UploadReady answer) throws IOException {
        try {
            if (upload.hasPrefix(answer)) {
                locked(() -> upload.startSending(answer));
            } else if (upload.mismatch() <= MOST_RESTARTS) {
                reopen(upload, true);
            } else {
                leaveForLater(upload);
            }
        } catch (FileChangedException changed) {
            giveUp(upload, changed);
        }
    }

    private void sendData(Upload upload, long most) throws IOException {
        int records = (int) Math.min(Math.ceilDiv(most, UploadData.MAX_DATA), MOST_TOGETHER);
        long end = upload.next() + most;
        try {
            sender.<FileChangedException>send(records, record -> {
                int size = upload.fill(record, end);
                // Before it is on its way, because the answer may come at once.
                locked(() -> upload.sent(size));
            });
            moves.moved();
        } catch (FileChangedException changed) {
            giveUp(upload, changed);
        }
    }

    private void seal(Upload upload) throws IOException {
        try {
            SignedManifest manifest = signed(upload, upload.contentSha256());
            sender.send(new UploadSeal(upload.id(), manifest.manifest(), manifest.signature()));
        } catch (FileChangedException changed) {
            giveUp(upload, changed);
        }
    }

    private SignedManifest signed(Upload upload, Bytes sha256) throws IOException, FileChangedException {
        QueuedFile file = upload.file();
        if (file.manifest() == null) {
            file = spool.seal(file, evidence.signerOf(file, sha256));
        }
        QueuedFile signed = file;
        SignedManifest manifest = signed.manifest();
        if (manifest == null || !Evidence.read(manifest).sha256().equals(sha256)) {
            throw new FileChangedException("%s changed after it was signed".formatted(file.path()));
        }
        locked(() -> upload.sealed(signed));
        return evidence.bySession(manifest);
    }

    /** The server discards what it may hold, and the file stays in the queue for the next delivery. */
    private void leaveForLater(Upload upload) throws IOException {
        if (withdraw(upload)) {
            locked(() -> leftForLater.put(upload.id(), upload.file()));
            sender.send(new UploadCancel(upload.id()));
        }
    }

    private void giveUp(Upload upload, FileChangedException reason) throws IOException {
        if (withdraw(upload)) {
            giveUp(upload.file(), reason);
        }
    }

    /** False if an answer came meanwhile that closed the file under the reader's hands, and settled what becomes of it. */
    private boolean withdraw(Upload upload) throws IOException {
        lock.lock();
        try {
            if (uploads.get(upload.id()) != upload) {
                return false;
            }
            remove(upload.id());
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** The server discards what it may hold, and the file leaves the queue. */
    private void giveUp(QueuedFile file, FileChangedException reason) throws IOException {
        sender.send(new UploadCancel(file.id()));
        outcomes.refuse(offered(file), reason.words(), null);
    }

    private void locked(Runnable change) {
        lock.lock();
        try {
            change.run();
        } finally {
            lock.unlock();
        }
    }

    // On the receiving thread. An answer to an upload that was given up meanwhile is of no interest.

    void ready(UploadReady ready) {
        Upload upload = uploads.get(ready.id());
        if (upload != null) {
            upload.ready(ready);
        }
    }

    void acknowledge(UploadAck ack) throws ProtocolException {
        Upload upload = uploads.get(ack.id());
        if (upload != null && !upload.acknowledge(ack.offset())) {
            throw ProtocolException.malformed("an acknowledgement of bytes that were not sent");
        }
    }

    @Override
    public Optional<Sealed> sealed(ItemId id) {
        return Optional.ofNullable(uploads.get(id))
                .map(upload -> upload.file().manifest())
                .map(manifest -> new Sealed(manifest, null, List.of()));
    }

    @Override
    public void accepted(ItemId id) throws IOException {
        remove(id);
    }

    @Override
    public boolean refused(Refused refused) throws IOException {
        Upload upload = uploads.get(refused.id());
        if (upload == null) {
            return false;
        }
        Refusal refusal = Refusal.of(refused.reason(), refused.incident(), refused.retryAfter());
        if (refused.reason().isFinal()) {
            remove(upload.id());
            outcomes.refuse(offered(upload.file()), refusal.words(), refusal.reference());
            return true;
        }
        boolean isLost = refused.reason() == RefusalReason.UNKNOWN_UPLOAD
                && refused.retryAfter().isZero();
        if (isLost && upload.lose() <= MOST_REOPENINGS) {
            return true;
        }
        if (refused.reason() == RefusalReason.TOO_MANY) {
            mostUploads = Math.max(1, uploads.size() - 1);
        }
        remove(upload.id());
        waiting.put(upload.id(), upload.file());
        pausedUntil = outcomes.postpone(refusal);
        return true;
    }

    private void remove(ItemId id) throws IOException {
        Upload upload = uploads.remove(id);
        if (upload != null) {
            upload.close();
        }
    }

    private static Offered offered(QueuedFile file) {
        return new Offered(file.id(), Settled.Kind.FILE, file.counter(), file.name(), file.size(), List.of());
    }

    @Override
    public void close() throws IOException {
        for (ItemId id : List.copyOf(uploads.keySet())) {
            remove(id);
        }
    }
}
