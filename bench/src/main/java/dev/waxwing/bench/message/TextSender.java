package dev.waxwing.bench.message;

import dev.waxwing.bench.device.MemoryDevice;
import dev.waxwing.channel.OutgoingRecord;
import dev.waxwing.channel.SecureChannel;
import dev.waxwing.evidence.DetachedSignature;
import dev.waxwing.evidence.InvalidSignatureException;
import dev.waxwing.evidence.Manifest;
import dev.waxwing.evidence.TextLines;
import dev.waxwing.media.ApplicationMessage;
import dev.waxwing.media.CertificateAnswer;
import dev.waxwing.media.CertificateQuery;
import dev.waxwing.media.DeviceMessage;
import dev.waxwing.media.ItemId;
import dev.waxwing.media.ReceiptMessage;
import dev.waxwing.media.ServerMessage;
import dev.waxwing.media.Text;
import dev.waxwing.media.TextAck;
import dev.waxwing.media.TextSeal;
import dev.waxwing.trust.Certificates;
import dev.waxwing.trust.PeerVerifier;
import dev.waxwing.trust.Role;
import dev.waxwing.trust.UntrustedException;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import dev.waxwing.wire.Writer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Sends texts of one device from memory over one session, the way the agent's text lane does: many to a record, without waiting for
 * answers, sealed in groups of what is acknowledged, each receipt verified (protocol section 13.2).
 *
 * <p>The caller's thread sends and seals; a thread of its own receives. One lock guards what both touch; it is not held while
 * anything is sent, signed or verified.
 */
public final class TextSender implements AutoCloseable {

    private static final int MOST_UNDERWAY = 4_000;

    /** What a line has in bytes, about. */
    private static final int LINE = 1_200;

    private static final Duration SEAL_AFTER = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final MemoryDevice device;
    private final SecureChannel channel;
    private final Clock clock = Clock.systemUTC();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // Guarded by the lock.
    private final Map<Long, Text> underway = new HashMap<>();
    private final TreeMap<Long, Text> acknowledged = new TreeMap<>();
    private final Set<ItemId> unanswered = new HashSet<>();
    private long sealAt;
    private long lastAcknowledged;
    private @Nullable X509Certificate receiptSigner;
    private @Nullable Exception failure;

    private Bytes previousManifest = Manifest.NONE_BEFORE;

    private TextSender(MemoryDevice device, SecureChannel channel) {
        this.device = device;
        this.channel = channel;
    }

    /** Opens a session, and waits until it is known who signs receipts in it. */
    public static TextSender connect(MemoryDevice device) throws IOException, ProtocolException, InterruptedException {
        TextSender sender = new TextSender(device, device.connect());
        Thread.ofVirtual().name("receiver").start(sender::receiveAll);
        sender.send(new CertificateQuery());
        sender.awaitSigner();
        return sender;
    }

    /**
     * Sends texts and waits until every group of them has its receipt.
     *
     * @param size of each in bytes
     * @return how long it took until the last was acknowledged
     */
    public Duration send(int count, int size) throws IOException, InterruptedException {
        Bytes content = Bytes.adopt("x".repeat(size).getBytes(StandardCharsets.UTF_8));
        long begun = System.nanoTime();
        int unsent = count;
        for (Step step = next(unsent); !(step instanceof Step.Done); step = next(unsent)) {
            switch (step) {
                case Step.Seal(List<Text> group) -> seal(group);
                case Step.Fill _ -> unsent -= sendRecord(unsent, content);
                case Step.Done _ -> throw new IllegalStateException("the loop has ended");
            }
        }
        return Duration.ofNanos(lastAcknowledged - begun);
    }

    /** What is to be done next. */
    private sealed interface Step {

        record Seal(List<Text> group) implements Step {}

        record Fill() implements Step {}

        record Done() implements Step {}
    }

    /** Waits until there is something to do. */
    private Step next(int unsent) throws IOException, InterruptedException {
        lock.lock();
        try {
            while (true) {
                if (failure != null) {
                    throw new IOException("the session ended: " + failure.getMessage(), failure);
                }
                if (mustSeal(unsent == 0)) {
                    return new Step.Seal(takeGroup());
                }
                if (unsent > 0 && underway.size() < MOST_UNDERWAY) {
                    return new Step.Fill();
                }
                if (unsent == 0 && underway.isEmpty() && unanswered.isEmpty()) {
                    return new Step.Done();
                }
                long patience = acknowledged.isEmpty() ? PATIENCE.toNanos() : sealAt - System.nanoTime();
                changed.awaitNanos(patience);
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean mustSeal(boolean allSent) {
        if (acknowledged.isEmpty()) {
            return false;
        }
        return allSent && underway.isEmpty()
                || acknowledged.size() >= TextSeal.MAX_GROUP
                || System.nanoTime() - sealAt >= 0;
    }

    private List<Text> takeGroup() {
        List<Text> group =
                acknowledged.values().stream().limit(TextSeal.MAX_GROUP).toList();
        group.forEach(text -> acknowledged.remove(text.counter()));
        sealAt = System.nanoTime() + SEAL_AFTER.toNanos();
        return group;
    }

    /** Fills one record, and returns with how many texts. */
    private int sendRecord(int most, Bytes content) throws IOException {
        int size = ApplicationMessage.HEAD_BYTES + Long.BYTES + 16 + Long.BYTES + 3 + content.size();
        OutgoingRecord record = channel.newRecord();
        try {
            Writer out = Writer.into(record.buffer());
            List<Text> texts = new ArrayList<>();
            while (texts.size() < most && record.buffer().remaining() >= size) {
                Text text = new Text(device.nextCounter(), device.freshId(), now(), content);
                text.encode(out);
                texts.add(text);
            }
            lock.lock();
            try {
                texts.forEach(text -> underway.put(text.counter(), text));
            } finally {
                lock.unlock();
            }
            channel.send(record);
            return texts.size();
        } finally {
            record.discard();
        }
    }

    private void seal(List<Text> texts) throws IOException {
        ItemId id = device.freshId();
        Writer content = Writer.growing(LINE * texts.size());
        texts.forEach(text -> TextLines.write(text, content));
        Manifest manifest = new Manifest(
                device.name(),
                id,
                device.nextCounter(),
                TextLines.NAME,
                TextLines.MEDIA_TYPE,
                content.position(),
                sha256(content.written()),
                now(),
                previousManifest);
        Bytes encoded = manifest.encode();
        previousManifest = Manifest.sha256(encoded);
        lock.lock();
        try {
            unanswered.add(id);
        } finally {
            lock.unlock();
        }
        send(new TextSeal(
                id,
                texts.stream().map(Text::counter).toList(),
                encoded,
                DetachedSignature.sign(encoded, device.credential(), device.crypto())));
    }

    private void send(DeviceMessage message) throws IOException {
        OutgoingRecord record = channel.newRecord();
        try {
            message.encode(Writer.into(record.buffer()));
            channel.send(record);
        } finally {
            record.discard();
        }
    }

    private void awaitSigner() throws IOException, InterruptedException {
        long left = PATIENCE.toNanos();
        lock.lock();
        try {
            while (receiptSigner == null) {
                if (failure != null || left <= 0) {
                    throw new IOException("the server does not say who signs receipts", failure);
                }
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    // On the receiving thread.

    private void receiveAll() {
        Exception reason = new IOException("closed by the server");
        try {
            for (ByteBuffer content = channel.receive(); content != null; content = channel.receive()) {
                receive(Reader.of(content));
            }
        } catch (IOException | ProtocolException | InvalidSignatureException | UntrustedException broken) {
            reason = broken;
        }
        lock.lock();
        try {
            failure = reason;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void receive(Reader in)
            throws IOException, ProtocolException, InvalidSignatureException, UntrustedException {
        List<Long> counters = new ArrayList<>();
        while (in.hasRemaining()) {
            switch (ServerMessage.decode(in)) {
                case TextAck(long counter) -> counters.add(counter);
                case ReceiptMessage receipt -> accept(receipt);
                case CertificateAnswer answer -> trust(answer);
                case ServerMessage other -> throw new IOException("not taken: " + other);
            }
        }
        lock.lock();
        try {
            if (!counters.isEmpty()) {
                acknowledge(counters);
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void acknowledge(List<Long> counters) throws IOException {
        lastAcknowledged = System.nanoTime();
        if (acknowledged.isEmpty()) {
            sealAt = lastAcknowledged + SEAL_AFTER.toNanos();
        }
        for (Long counter : counters) {
            Text text = underway.remove(counter);
            if (text == null) {
                throw new IOException("text " + counter + " was acknowledged but is not underway");
            }
            acknowledged.put(counter, text);
        }
    }

    private void accept(ReceiptMessage receipt) throws IOException, InvalidSignatureException {
        X509Certificate signer = receiptSigner;
        if (signer == null) {
            throw new IOException("a receipt before its signer");
        }
        DetachedSignature.verify(receipt.receipt(), receipt.signature(), signer, device.crypto());
        lock.lock();
        try {
            if (!unanswered.remove(receipt.id())) {
                throw new IOException("a receipt for something that was not sealed");
            }
        } finally {
            lock.unlock();
        }
    }

    private void trust(CertificateAnswer answer) throws ProtocolException, UntrustedException {
        PeerVerifier signers = new PeerVerifier(device.root(), Role.RECEIPT, (_, _, _, _) -> {}, clock);
        X509Certificate signer = signers.verify(Certificates.parseAll(answer.chain()), Bytes.EMPTY)
                .certificate();
        lock.lock();
        try {
            receiptSigner = signer;
        } finally {
            lock.unlock();
        }
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    private static Bytes sha256(ByteBuffer content) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update(content);
            return Bytes.adopt(sha256.digest());
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    @Override
    public void close() {
        channel.close();
    }
}
