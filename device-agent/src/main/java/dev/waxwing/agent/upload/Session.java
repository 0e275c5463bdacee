package dev.waxwing.agent.upload;

import dev.waxwing.agent.connection.KeptRevokedAuthorities;
import dev.waxwing.agent.connection.Refusals;
import dev.waxwing.agent.connection.UnreachableException;
import dev.waxwing.agent.enrollment.Renewer;
import dev.waxwing.agent.home.AgentFailure;
import dev.waxwing.agent.spool.QueuedFile;
import dev.waxwing.agent.spool.ReceiptStore;
import dev.waxwing.agent.spool.Settled;
import dev.waxwing.agent.spool.Spool;
import dev.waxwing.agent.spool.SpoolView;
import dev.waxwing.agent.upload.Evidence.VerifiedReceipt;
import dev.waxwing.agent.upload.Lane.Action;
import dev.waxwing.agent.upload.Lane.Sealed;
import dev.waxwing.channel.DeviceEndpoint;
import dev.waxwing.channel.SecureChannel;
import dev.waxwing.evidence.Manifest;
import dev.waxwing.media.CertificateAnswer;
import dev.waxwing.media.CertificateQuery;
import dev.waxwing.media.ItemId;
import dev.waxwing.media.ReceiptMessage;
import dev.waxwing.media.Refused;
import dev.waxwing.media.RenewalAnswer;
import dev.waxwing.media.RenewalRefused;
import dev.waxwing.media.RootListAnswer;
import dev.waxwing.media.RootListQuery;
import dev.waxwing.media.SafeName;
import dev.waxwing.media.ServerMessage;
import dev.waxwing.media.TextAck;
import dev.waxwing.media.TextRefused;
import dev.waxwing.media.UploadAck;
import dev.waxwing.media.UploadReady;
import dev.waxwing.trust.UntrustedException;
import dev.waxwing.trust.VerifiedPeer;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.PeerAlertException;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One session with the server, from the side of what is to be sent (protocol section 13).
 *
 * <p>Three threads: a virtual thread of its own receives; the command's thread decides what is next and sends it; {@link Renewal} has
 * one that asks for a new certificate. One lock guards what they touch. It is never held while the channel is written or a receipt is verified and kept.
 */
final class Session implements Closeable {

    private static final Duration TICK = Duration.ofMillis(200);
    private static final Duration LAST_WORD = Duration.ofSeconds(1);

    private final SecureChannel channel;
    private final Spool spool;
    private final ReceiptStore receipts;
    private final Evidence evidence;
    private final KeptRevokedAuthorities revoked;
    private final Outcomes outcomes;
    private final Patience.Moves moves = new Patience.Moves();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Sender sender;
    private final TextLane texts;
    private final FileLane files;
    private final Renewal renewal;

    // Owned by the receiving thread.
    private final Map<ItemId, ReceiptMessage> unverified = new LinkedHashMap<>();
    private @Nullable VerifiedPeer receiptSigner;

    // Guarded by the lock.
    private boolean isSignerAsked;
    private Ending ending = new Ending.None();

    /** How a session ended. */
    private sealed interface Ending {

        record None() implements Ending {}

        record Closed() implements Ending {}

        record Broken(Exception cause) implements Ending {}
    }

    Session(
            SecureChannel channel,
            Spool spool,
            ReceiptStore receipts,
            Evidence evidence,
            Renewer renewer,
            KeptRevokedAuthorities revoked,
            Clock clock) {
        this.channel = channel;
        this.spool = spool;
        this.receipts = receipts;
        this.evidence = evidence;
        this.revoked = revoked;
        this.outcomes = new Outcomes(spool, clock);
        this.sender = new Sender(channel);
        this.texts = new TextLane(lock, sender, spool, evidence, outcomes);
        int mostUploads = channel.grant().maxOpenUploads();
        this.files = new FileLane(lock, sender, spool, evidence, outcomes, moves, mostUploads);
        this.renewal = new Renewal(lock, changed, channel, renewer, outcomes, clock);
    }

    /** Starts to receive, and to watch the end of the certificate, and asks to be told which authorities are revoked. */
    void start() {
        Thread.ofVirtual().name("waxwing-receiver").start(this::receiveAll);
        renewal.start();
        if (!channel.rootList().isEmpty()) {
            try {
                sender.send(new RootListQuery());
            } catch (IOException broken) {
                // The receiving thread finds out why.
            }
        }
    }

    /** Whether there is a renewed certificate, with which the next session is to be opened. */
    boolean isRenewed() {
        lock.lock();
        try {
            return renewal.state() instanceof Renewal.State.Renewed;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Renews the certificate now, whether that is due or not.
     *
     * @throws SessionEndedException if the session ended first
     * @throws AgentFailure if the server refused, or did not answer in time
     */
    void renew(Duration limit) throws AgentFailure, SessionEndedException, InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        lock.lock();
        try {
            renewal.order();
            while (true) {
                switch (renewal.state()) {
                    case Renewal.State.Renewed _ -> {
                        return;
                    }
                    case Renewal.State.Failed(AgentFailure why, var _, boolean _) -> throw why;
                    case Renewal.State.Waiting _, Renewal.State.Asked _, Renewal.State.Ended _ -> {
                        requireLive();
                        if (end - System.nanoTime() <= 0) {
                            throw new AgentFailure(
                                    "the server did not answer for %d s".formatted(limit.toSeconds()),
                                    "The present certificate goes on; the next session asks again.");
                        }
                        changed.awaitNanos(TICK.toNanos());
                    }
                }
            }
        } finally {
            lock.unlock();
        }
    }

    SecureChannel channel() {
        return channel;
    }

    /** Counts what moves in this session. */
    Patience.Moves moves() {
        return moves;
    }

    boolean isOpen() {
        lock.lock();
        try {
            return ending instanceof Ending.None;
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
    void deliver(Plan plan, Patience patience, DeliveryListener listener)
            throws AgentFailure, IOException, InterruptedException {
        load(plan);
        try {
            while (!listener.isCancelled() && takeStep(patience)) {
                tell(listener);
            }
            if (listener.isCancelled()) {
                throw new AgentFailure("stopped", "What is not sent yet stays queued.");
            }
            requireNothingLeft();
        } catch (ConnectionBrokenException broken) {
            throw ended(broken);
        } finally {
            tell(listener);
        }
    }

    private void requireNothingLeft() throws AgentFailure {
        Optional<QueuedFile> left;
        lock.lock();
        try {
            left = files.leftForLater();
        } finally {
            lock.unlock();
        }
        if (left.isPresent()) {
            throw new AgentFailure(
                    "the server holds another beginning of %s, however often it is told to discard it"
                            .formatted(SafeName.forDisplay(left.get().name())),
                    "It stays queued and is sent with the next delivery. Tell the administrator.");
        }
    }

    private void load(Plan plan) throws IOException {
        spool.offering();
        SpoolView queue = spool.view();
        lock.lock();
        try {
            texts.load(queue);
            files.load(queue, plan);
        } finally {
            lock.unlock();
        }
    }

    /** Does one thing, or waits a little; false when all is done. */
    private boolean takeStep(Patience patience) throws AgentFailure, IOException, InterruptedException {
        Action action;
        lock.lock();
        try {
            requireLive();
            if (texts.isDone() && files.isDone()) {
                boolean waits = renewal.isUnderWay();
                if (waits) {
                    changed.awaitNanos(TICK.toNanos());
                }
                return waits;
            }
            action = next(System.nanoTime());
            if (action == null) {
                await(patience);
                return true;
            }
        } finally {
            lock.unlock();
        }
        action.perform();
        return true;
    }

    private @Nullable Action next(long now) {
        if (!isSignerAsked) {
            isSignerAsked = true;
            return () -> sender.send(new CertificateQuery());
        }
        Action action = texts.next(now);
        return action != null ? action : files.next(now);
    }

    /** Waits for an answer, or for the time to do something. The lock is held. */
    private void await(Patience patience) throws AgentFailure, InterruptedException {
        long now = System.nanoTime();
        long wakeUp = Math.min(texts.wakeUp(now), files.wakeUp(now));
        boolean isServerWorking = texts.isServerWorking() || files.isServerWorking();
        boolean isInVain = !isServerWorking && wakeUp - now > patience.left().toNanos();
        if (patience.isExhausted() || isInVain) {
            throw gaveUp(patience);
        }
        changed.awaitNanos(Math.clamp(wakeUp - now, 1, TICK.toNanos()));
    }

    private AgentFailure gaveUp(Patience patience) {
        String advice = "It stays queued and is sent with the next delivery.";
        return outcomes.lastRefusal()
                .map(refusal -> new AgentFailure(refusal.words(), refusal.reference(), advice, null))
                .orElseGet(() -> new AgentFailure(
                        "nothing moved for %d s".formatted(patience.limit().toSeconds()), advice));
    }

    /** Why sending failed: what the receiving thread found out, or else the failure itself. */
    private SessionEndedException ended(ConnectionBrokenException broken)
            throws AgentFailure, SessionEndedException, InterruptedException {
        lock.lock();
        try {
            long left = LAST_WORD.toNanos();
            while (ending instanceof Ending.None && left > 0) {
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
        requireLive();
        return new SessionEndedException(
                "the connection broke (%s)".formatted(broken.getMessage()), Duration.ZERO, null, broken);
    }

    private void requireLive() throws SessionEndedException, AgentFailure {
        Ending now;
        lock.lock();
        try {
            now = ending;
        } finally {
            lock.unlock();
        }
        switch (now) {
            case Ending.None() -> {
                // It lives.
            }
            case Ending.Closed() ->
                throw new SessionEndedException("the server ended the session", Duration.ZERO, null, null);
            case Ending.Broken(PeerAlertException alert) -> {
                UnreachableException temporary = Refusals.temporary(null, alert);
                throw new SessionEndedException(
                        String.valueOf(temporary.getMessage()), temporary.retryAfter(), temporary.reference(), alert);
            }
            case Ending.Broken(ProtocolException broken) ->
                throw new AgentFailure(
                        "the server's answer cannot be believed (%s)".formatted(broken.getMessage()),
                        null,
                        "What was queued stays queued. Tell the administrator.",
                        broken);
            case Ending.Broken(Exception broken) ->
                throw new SessionEndedException(
                        "the connection broke (%s)".formatted(broken.getMessage()), Duration.ZERO, null, broken);
        }
    }

    /** Tells what a person should know and has not heard. */
    void tellNotices(DeliveryListener listener) {
        outcomes.tell(listener);
    }

    private void tell(DeliveryListener listener) {
        List<UploadProgress> progress;
        lock.lock();
        try {
            progress = files.progress();
        } finally {
            lock.unlock();
        }
        listener.progress(progress);
        outcomes.tell(listener);
    }

    private void receiveAll() {
        Ending reason = new Ending.Closed();
        try {
            for (ByteBuffer content = channel.receive(); content != null; content = channel.receive()) {
                receive(Reader.of(content));
            }
            channel.close();
        } catch (ProtocolException broken) {
            channel.fail(broken);
            reason = new Ending.Broken(broken);
        } catch (IOException | RuntimeException broken) {
            channel.abort();
            reason = new Ending.Broken(broken);
        }
        lock.lock();
        try {
            ending = reason;
            renewal.end();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void receive(Reader in) throws IOException, ProtocolException {
        List<Long> acknowledged = new ArrayList<>();
        while (in.hasRemaining()) {
            switch (ServerMessage.decode(in)) {
                case TextAck(long counter) -> acknowledged.add(counter);
                case TextRefused refused -> locked(() -> texts.refused(refused));
                case UploadReady ready -> locked(() -> files.ready(ready));
                case UploadAck ack -> locked(() -> files.acknowledge(ack));
                case Refused refused -> locked(() -> refused(refused));
                case ReceiptMessage receipt -> accept(receipt);
                case CertificateAnswer answer -> trust(answer);
                case RootListAnswer(Bytes list) -> learn(list);
                case RenewalAnswer answer -> renewal.answered(answer);
                case RenewalRefused refused -> renewal.refused(refused);
            }
        }
        // One line of the journal for all that came in one record.
        if (!acknowledged.isEmpty()) {
            locked(() -> texts.acknowledge(acknowledged));
        }
    }

    /**
     * A list that names the authority of this session's own server ends the session, and another one takes its place. One that names
     * another may name that of the receipt signer, whose chain is then to be shown, and believed, again.
     */
    private void learn(Bytes list) throws IOException, ProtocolException {
        try {
            if (DeviceEndpoint.learn(channel, list, revoked.authorities())) {
                receiptSigner = null;
                locked(() -> isSignerAsked = false);
            }
        } catch (ProtocolException failed) {
            if (failed.getCause() instanceof UntrustedException revokedIssuer) {
                throw new IOException(revokedIssuer.getMessage(), failed);
            }
            throw failed;
        } finally {
            revoked.keep();
        }
    }

    private void refused(Refused refused) throws IOException {
        if (!texts.refused(refused)) {
            files.refused(refused);
        }
    }

    /** What an answer changes. */
    @FunctionalInterface
    private interface Change {

        void make() throws IOException, ProtocolException;
    }

    private void locked(Change change) throws IOException, ProtocolException {
        lock.lock();
        try {
            change.make();
            moves.moved();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void trust(CertificateAnswer answer) throws IOException, ProtocolException {
        VerifiedPeer signer = evidence.receiptSigner(answer.chain());
        receiptSigner = signer;
        List<ReceiptMessage> waiting = List.copyOf(unverified.values());
        unverified.clear();
        for (ReceiptMessage receipt : waiting) {
            keep(receipt, requireSealed(receipt), signer);
        }
    }

    /** Takes a receipt, once it is known who signs receipts now: in a long session, the server may have renewed that key. */
    private void accept(ReceiptMessage message) throws IOException, ProtocolException {
        Sealed sealed = requireSealed(message);
        VerifiedPeer signer = receiptSigner;
        if (signer != null && evidence.isBy(signer, message)) {
            keep(message, sealed, signer);
            return;
        }
        unverified.put(message.id(), message);
        if (signer != null) {
            receiptSigner = null;
            locked(() -> isSignerAsked = false);
        }
    }

    private Sealed requireSealed(ReceiptMessage message) throws ProtocolException {
        return sealed(message.id())
                .orElseThrow(() -> ProtocolException.malformed("a receipt for something that was not sealed"));
    }

    /** Keeps a receipt, if this signer made it. */
    private void keep(ReceiptMessage message, Sealed sealed, VerifiedPeer signer)
            throws IOException, ProtocolException {
        VerifiedReceipt verified = evidence.verify(message, sealed.manifest(), signer, sealed.texts());
        if (!receipts.keep(verified.receiptId(), verified.kept())) {
            throw ProtocolException.malformed("a receipt under the id of another one");
        }
        outcomes.settle(settled(verified, sealed));
        locked(() -> {
            texts.accepted(message.id());
            files.accepted(message.id());
        });
    }

    private Optional<Sealed> sealed(ItemId id) {
        lock.lock();
        try {
            return texts.sealed(id).or(() -> files.sealed(id));
        } finally {
            lock.unlock();
        }
    }

    private static Settled settled(VerifiedReceipt verified, Sealed sealed) {
        Manifest manifest = verified.manifest();
        return new Settled(
                manifest.uploadId(),
                sealed.texts() == null ? Settled.Kind.FILE : Settled.Kind.TEXT,
                manifest.counter(),
                manifest.name(),
                manifest.size(),
                manifest.sha256().hex(),
                verified.receiptId(),
                null,
                null,
                sealed.counters(),
                verified.receipt().acceptedAt());
    }

    /** Ends the session with an authenticated close. */
    @Override
    public void close() throws IOException {
        channel.close();
        closeFiles();
    }

    /** Ends the session at once. */
    void abort() throws IOException {
        channel.abort();
        closeFiles();
    }

    private void closeFiles() throws IOException {
        lock.lock();
        try {
            files.close();
        } finally {
            lock.unlock();
        }
    }
}
