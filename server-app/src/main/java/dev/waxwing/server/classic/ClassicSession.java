package dev.waxwing.server.classic;

import dev.waxwing.ca.audit.AuditEvent;
import dev.waxwing.ca.audit.AuditTrail;
import dev.waxwing.ca.audit.Outcome;
import dev.waxwing.classic.ClassicFile;
import dev.waxwing.classic.ClassicReceiver;
import dev.waxwing.classic.ClassicServerSession;
import dev.waxwing.classic.ClassicVerdict;
import dev.waxwing.evidence.TrustLevel;
import dev.waxwing.server.ingest.ClassicIngest;
import dev.waxwing.server.ingest.ClassicSender;
import dev.waxwing.server.ingest.SessionRefusals;
import dev.waxwing.server.session.Ending;
import dev.waxwing.server.session.LiveSession;
import dev.waxwing.server.session.Session;
import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.Incident;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.TruncatedException;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One classic session. Its connection's thread runs it; any thread may look at it or end it, which is closing its socket: classic
 * has no word for it.
 */
final class ClassicSession implements LiveSession, ClassicReceiver {

    private static final Logger LOG = LoggerFactory.getLogger(ClassicSession.class);

    private final SocketChannel socket;
    private final ClassicServerSession session;
    private final String remote;
    private final ClassicDevices devices;
    private final ClassicIngest ingest;
    private final ClassicMeters meters;
    private final AuditTrail audit;
    private final Clock clock;
    private final ClassicSender sender;
    private final SessionRefusals refusals;
    private final Incident incident;
    private final Instant startedAt;
    private final AtomicLong received = new AtomicLong();
    private boolean shownKey;
    private final AtomicReference<@Nullable Ending> ending = new AtomicReference<>();

    ClassicSession(
            SocketChannel socket,
            ClassicServerSession session,
            String remote,
            ClassicDevices devices,
            ClassicIngest ingest,
            ClassicMeters meters,
            AuditTrail audit,
            Clock clock,
            SecureRandom random) {
        this.socket = socket;
        this.session = session;
        this.remote = remote;
        this.devices = devices;
        this.ingest = ingest;
        this.meters = meters;
        this.audit = audit;
        this.clock = clock;
        this.incident = Incident.fresh(random);
        this.startedAt = clock.instant();
        String name = session.device().commonName();
        Bytes key = Bytes.of(session.device().publicKey().getEncoded());
        this.sender = new ClassicSender(name, key, freshId(random), () -> devices.admits(name, key));
        this.refusals = ingest.refusals(sender);
    }

    private static String freshId(SecureRandom random) {
        byte[] id = new byte[16];
        random.nextBytes(id);
        return HexFormat.of().formatHex(id);
    }

    String device() {
        return sender.device();
    }

    /** Takes what the device sends until the session ends, and says why it did. */
    String run() {
        audit.record(AuditEvent.success(
                actor(),
                "classic.session.accepted",
                device(),
                "session " + sender.sessionId() + " from " + remote + "; classic does not prove who it is"));
        devices.seen(device());
        End found = takeAll();
        refusals.close();
        devices.seen(device());
        Ending byUs = ending.get();
        End end = byUs == null ? found : new End(byUs.words(), byUs.isRefusal());
        record(end);
        LOG.info(
                "{}: classic session {} of {} ended after {} s, {} bytes received: {}",
                remote,
                sender.sessionId(),
                device(),
                Duration.between(startedAt, clock.instant()).toSeconds(),
                received.get(),
                end.reason());
        return end.reason();
    }

    /** Whether it sent something that the device's key signed, once it has ended. */
    boolean hasShownKey() {
        return shownKey;
    }

    private End takeAll() {
        try {
            session.serve(this);
            return new End("closed by the device", false);
        } catch (ProtocolException e) {
            meters.refused("in_session");
            return new End("refused: " + e.reason(), true);
        } catch (TruncatedException e) {
            return new End("cut off: " + e.getMessage(), false);
        } catch (IOException e) {
            return new End("connection lost: " + e.getMessage(), false);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new End("interrupted", false);
        } catch (RuntimeException e) {
            LOG.error("{}: classic session {} of {} failed", remote, sender.sessionId(), device(), e);
            return new End("internal failure: " + e, true);
        }
    }

    private void record(End end) {
        String detail = "session " + sender.sessionId() + ": " + end.reason();
        audit.record(
                end.refused()
                        ? new AuditEvent(
                                actor(),
                                "classic.session.ended",
                                device(),
                                Outcome.REFUSED,
                                incident.toString(),
                                detail)
                        : AuditEvent.success(actor(), "classic.session.ended", device(), detail));
    }

    private String actor() {
        return "device:" + device();
    }

    @Override
    public ClassicVerdict text(String text) throws IOException, ProtocolException {
        requireAdmitted();
        received.addAndGet(text.getBytes(StandardCharsets.UTF_8).length);
        return verdict("text", ingest.text(sender, refusals, text));
    }

    @Override
    public ClassicVerdict file(ClassicFile file) throws IOException, ProtocolException {
        requireAdmitted();
        received.addAndGet(file.size());
        shownKey |= file.signatureValid();
        return verdict("file", ingest.file(sender, refusals, file));
    }

    private void requireAdmitted() throws ProtocolException {
        if (!sender.admitted().getAsBoolean()) {
            throw new ProtocolException(AlertCode.AUTH_FAILED, Ending.CLASSIC_CLOSED.words());
        }
    }

    private ClassicVerdict verdict(String kind, Optional<String> refusal) {
        meters.item(kind, refusal.isEmpty());
        return refusal.isEmpty() ? ClassicVerdict.ACCEPTED : ClassicVerdict.REJECTED;
    }

    @Override
    public Session view() {
        return new Session(
                sender.sessionId(),
                device(),
                TrustLevel.CLASSIC.label(),
                "",
                "CLASSIC",
                0,
                0,
                received.get(),
                startedAt,
                remote,
                received.get());
    }

    /** The classic protocol has no way to. */
    @Override
    public boolean rekey() {
        return false;
    }

    @Override
    public int openUploads() {
        return 0;
    }

    @Override
    public void end(Ending why) {
        if (ending.compareAndSet(null, why)) {
            try {
                socket.close();
            } catch (IOException e) {
                LOG.debug("A classic session's socket could not be closed", e);
            }
        }
    }

    /** @param refused whether it was the server that would not have it */
    private record End(String reason, boolean refused) {}
}
