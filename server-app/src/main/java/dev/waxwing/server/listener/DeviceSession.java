package dev.waxwing.server.listener;

import dev.waxwing.ca.audit.AuditEvent;
import dev.waxwing.ca.audit.AuditTrail;
import dev.waxwing.ca.audit.Outcome;
import dev.waxwing.ca.inventory.SerialNumber;
import dev.waxwing.channel.SecureChannel;
import dev.waxwing.evidence.TrustLevel;
import dev.waxwing.media.DeviceMessage;
import dev.waxwing.server.ingest.Conversation;
import dev.waxwing.server.ingest.Ingest;
import dev.waxwing.server.ingest.Sender;
import dev.waxwing.server.session.Ending;
import dev.waxwing.server.session.LiveSession;
import dev.waxwing.server.session.Session;
import dev.waxwing.wire.Alert;
import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.Incident;
import dev.waxwing.wire.PeerAlertException;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import dev.waxwing.wire.TruncatedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One session of a device. One thread runs it; any thread may look at it or end it. */
final class DeviceSession implements LiveSession {

    private static final Logger LOG = LoggerFactory.getLogger(DeviceSession.class);
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    /** Of the second within which a session of a revoked certificate ends. */
    private static final Duration TO_BE_TOLD = Duration.ofMillis(300);

    private static final Duration REKEY_LIMIT = Duration.ofSeconds(15);

    private final SecureChannel channel;
    private final String remote;
    private final AuditTrail audit;
    private final Clock clock;
    private final Sender sender;
    private final Conversation conversation;
    private final String serialNumber;
    private final Instant end;
    private final Incident incident;
    private final AtomicReference<@Nullable Ending> ending = new AtomicReference<>();

    /** Owned by the thread that runs it. */
    private @Nullable End ended;

    DeviceSession(
            SecureChannel channel, String remote, Ingest ingest, AuditTrail audit, Clock clock, Incident incident) {
        this.channel = channel;
        this.remote = remote;
        this.audit = audit;
        this.clock = clock;
        SerialNumber certificate = SerialNumber.of(channel.peer().certificate());
        this.serialNumber = certificate.toString();
        this.sender = new Sender(
                channel.peer().name().value(), certificate, channel.sessionId().toString());
        this.conversation = ingest.converse(sender, channel);
        this.end = earlier(
                channel.startedAt().plus(channel.terms().session()),
                channel.peer().notAfter());
        this.incident = incident;
    }

    String device() {
        return sender.device();
    }

    SerialNumber certificate() {
        return sender.certificate();
    }

    /** The certificate of the authority that issued the device's. */
    X509Certificate issuer() {
        return channel.peer().issuer();
    }

    String serialNumber() {
        return serialNumber;
    }

    /** Tells the audit trail; {@link #run} is to follow. */
    void begin() {
        try {
            audit.record(AuditEvent.success(
                    actor(), "session.accepted", sender.device(), "session " + sender.sessionId() + " from " + remote));
        } catch (RuntimeException e) {
            conversation.close();
            throw e;
        }
    }

    /** Reads until the session ends, and says why it did; {@link #recordEnd} is to follow. */
    String run() {
        End found;
        try {
            found = readToEnd();
        } finally {
            conversation.close();
        }
        Ending byUs = ending.get();
        End end = byUs == null ? found : new End(byUs.words(), byUs.isRefusal());
        ended = end;
        LOG.info(
                "{}: session {} of {} ended after {} s, {} bytes received: {}",
                remote,
                sender.sessionId(),
                sender.device(),
                Duration.between(channel.startedAt(), clock.instant()).toSeconds(),
                channel.counters().bytesReceived(),
                end.reason());
        return end.reason();
    }

    /** Tells the audit trail how the session ended, under the one reference of this connection, which every alert on it carried. */
    void recordEnd() {
        End end = ended;
        if (end != null) {
            audit.record(new AuditEvent(
                    actor(),
                    "session.ended",
                    sender.device(),
                    end.refused() ? Outcome.REFUSED : Outcome.SUCCESS,
                    incident.toString(),
                    "session " + sender.sessionId() + ": " + end.reason()));
        }
    }

    private End readToEnd() {
        try {
            converse();
            return new End("closed by the device", false);
        } catch (ProtocolException e) {
            channel.fail(e);
            return new End("the device broke the protocol: " + e.reason(), true);
        } catch (PeerAlertException e) {
            return new End("the device gave up: " + e.alert().code(), false);
        } catch (TruncatedException e) {
            return new End("cut off: " + e.getMessage(), false);
        } catch (IOException e) {
            return new End("connection lost: " + e.getMessage(), false);
        } catch (RuntimeException e) {
            LOG.error("{}: session {} of {} failed", remote, sender.sessionId(), sender.device(), e);
            channel.fail(new Alert(AlertCode.INTERNAL, incident));
            return new End("internal failure: " + e, true);
        }
    }

    private void converse() throws IOException, ProtocolException {
        ByteBuffer content = channel.receive();
        while (content != null) {
            Reader in = Reader.of(content);
            while (in.hasRemaining()) {
                conversation.receive(DeviceMessage.decode(in));
            }
            conversation.endRecord();
            content = channel.receive();
        }
        finish(PATIENCE);
        channel.close();
    }

    private void finish(Duration patience) {
        try {
            conversation.finish(patience);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Of all devices these need the root's list most: a thief of their authority's key knows whom to wait for. */
    private void awaitTold() {
        try {
            conversation.awaitTold(TO_BE_TOLD);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private String actor() {
        return "device:" + sender.device();
    }

    @Override
    public Session view() {
        return new Session(
                sender.sessionId(),
                sender.device(),
                TrustLevel.WXP2.label(),
                serialNumber,
                channel.suite().name(),
                channel.receivingEpoch(),
                channel.ratchets(),
                channel.counters().keyBytesReceived(),
                channel.startedAt(),
                remote,
                channel.counters().bytesReceived());
    }

    @Override
    public int openUploads() {
        return conversation.openUploads();
    }

    @Override
    public boolean rekey() throws InterruptedException {
        try {
            channel.rekey(REKEY_LIMIT);
            return true;
        } catch (IOException e) {
            LOG.info(
                    "{}: session {} of {} got no new keys: {}",
                    remote,
                    sender.sessionId(),
                    sender.device(),
                    e.getMessage());
            return false;
        }
    }

    @Override
    public void end(Ending why) {
        if (ending.compareAndSet(null, why)) {
            conversation.takeNoMore();
            Thread.ofVirtual().name("waxwing-ending").start(() -> {
                if (why.answersFirst()) {
                    finish(PATIENCE);
                } else if (why == Ending.ISSUER_REVOKED) {
                    awaitTold();
                }
                channel.fail(new Alert(why.alert(), incident));
            });
        }
    }

    void tellRootList() {
        conversation.tellRootList();
    }

    boolean isOverdue(Instant now) {
        return !now.isBefore(end);
    }

    void abort() {
        channel.abort();
    }

    private static Instant earlier(Instant a, Instant b) {
        return a.isBefore(b) ? a : b;
    }

    /**
     * How the session ended.
     *
     * @param refused whether the device was refused
     */
    private record End(String reason, boolean refused) {}
}
