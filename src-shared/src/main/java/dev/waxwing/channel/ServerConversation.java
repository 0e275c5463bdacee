package dev.waxwing.channel;

import dev.waxwing.handshake.Action;
import dev.waxwing.handshake.Action.AskAdmission;
import dev.waxwing.handshake.Action.AskDesk;
import dev.waxwing.handshake.Action.AwaitClose;
import dev.waxwing.handshake.Action.ChangeReceivingKeys;
import dev.waxwing.handshake.Action.ChangeSendingKeys;
import dev.waxwing.handshake.Action.Connect;
import dev.waxwing.handshake.Action.Ratcheted;
import dev.waxwing.handshake.Action.Send;
import dev.waxwing.handshake.Action.TakeIdentity;
import dev.waxwing.handshake.ServerHandshake;
import dev.waxwing.recordlayer.ContentType;
import dev.waxwing.recordlayer.RecordHeader;
import dev.waxwing.trust.EndEntity;
import dev.waxwing.trust.Role;
import dev.waxwing.trust.UntrustedException;
import dev.waxwing.wire.Alert;
import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.Incident;
import dev.waxwing.wire.PeerAlertException;
import dev.waxwing.wire.ProtocolException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** The server's handshake on one connection: moves records and carries out actions. Owned by the accepting thread. */
final class ServerConversation {

    /** A plain record that holds the largest ClientHello. */
    private static final int MAX_HELLO_PAYLOAD = 8_192 + 1;

    /** Of four quarters of the handshake's time, the last is left for the peer after a permit came late. */
    private static final int QUARTERS_TO_WAIT = 3;

    private final RecordStream stream;
    private final BufferPool pool;
    private final ServerHandshake handshake;
    private final HandshakeLimits limits;
    private final Clock clock;
    private final Incident incident;
    private final SessionAdmission admission;
    private final EnrolmentDesk desk;
    private final CryptoPermits permits;
    private final long permitDeadline;
    private final Deque<Action> actions = new ArrayDeque<>();

    ServerConversation(
            RecordStream stream,
            BufferPool pool,
            ServerHandshake handshake,
            HandshakeLimits limits,
            Clock clock,
            Incident incident,
            SessionAdmission admission,
            EnrolmentDesk desk,
            CryptoPermits permits) {
        this.stream = stream;
        this.pool = pool;
        this.handshake = handshake;
        this.limits = limits;
        this.clock = clock;
        this.incident = incident;
        this.admission = admission;
        this.desk = desk;
        this.permits = permits;
        this.permitDeadline = System.nanoTime() + limits.handshake().toNanos() / 4 * QUARTERS_TO_WAIT;
    }

    /** Every failure to come to a session is converted here, in one place. */
    Accepted run(IntPredicate isOther) throws IOException, RefusedHandshakeException {
        try (Deadline _ = closeAfter(limits.handshake(), "no whole handshake")) {
            return hearHello(isOther) ? converse() : new Accepted.OtherProtocol(stream.leave());
        } catch (ProtocolException e) {
            throw refuse(new Alert(e.code(), incident), e.reason(), e);
        } catch (RefusedException e) {
            throw refuse(new Alert(e.code(), incident, e.retryAfter()), String.valueOf(e.getMessage()), e);
        } catch (RuntimeException e) {
            throw refuse(new Alert(AlertCode.INTERNAL, incident), "the server failed: " + e, e);
        } finally {
            actions.forEach(Action::discard);
        }
    }

    /**
     * False if the peer speaks another protocol, which the caller serves. A ClientHello fills one record; its deadline is for
     * the peer, and does not run while the peer waits for a permit.
     */
    private boolean hearHello(IntPredicate isOther)
            throws IOException, ProtocolException, RefusedException, RefusedHandshakeException {
        ContentType type;
        try (Deadline _ = closeAfter(limits.clientHello(), "no whole ClientHello")) {
            int first = firstByte();
            if (isOther.test(first)) {
                return false;
            }
            requireMagic(first);
            type = stream.read(MAX_HELLO_PAYLOAD);
        }
        take(type);
        return true;
    }

    private int firstByte() throws IOException {
        try (Deadline _ = closeAfter(limits.firstByte(), "no first byte")) {
            return stream.firstByte();
        }
    }

    /** Whatever does not begin as WXP/2 is answered by silence (protocol section 2.3). */
    private void requireMagic(int first) throws RefusedHandshakeException {
        if (first != RecordHeader.MAGIC) {
            stream.closeAndDispose();
            throw new RefusedHandshakeException(
                    incident, null, "the first byte is " + first + ", which is not WXP/2", null, null);
        }
    }

    private Accepted converse() throws IOException, ProtocolException, RefusedException {
        while (true) {
            if (actions.isEmpty()) {
                stream.flush();
                take(stream.read());
                continue;
            }
            if (actions.peek() instanceof Connect) {
                stream.flush(); // Still in the queue, so that its secrets are wiped if this fails.
            }
            switch (actions.remove()) {
                case Send(Bytes messages) -> stream.gather(ContentType.HANDSHAKE, messages);
                case ChangeSendingKeys change -> stream.change(change);
                case ChangeReceivingKeys change -> stream.change(change);
                case AskAdmission ask -> actions.addAll(handshake.admit(admission.admit(ask.device(), ask.session())));
                case AskDesk ask -> {
                    List<X509Certificate> chain = enrol(ask);
                    actions.addAll(handshake.issue(chain));
                    return finishEnrolment(chain.getFirst());
                }
                case Connect connect -> {
                    return new Accepted.Connected(SecureChannel.ofServer(stream, pool, connect, incident, clock));
                }
                case AwaitClose _, TakeIdentity _, Ratcheted _ ->
                    throw new IllegalStateException("not an action of this place");
            }
        }
    }

    private void take(ContentType type) throws IOException, ProtocolException, RefusedException {
        ByteBuffer content = stream.content();
        switch (type) {
            case HANDSHAKE -> compute(content);
            case ALERT -> throw new PeerAlertException(Alert.decode(content));
            default -> throw ProtocolException.malformed(type + " before the session stands");
        }
    }

    /** Key exchange, signature and the device's chain: with a permit, and with nothing else under it than this. */
    private void compute(ByteBuffer content) throws ProtocolException, RefusedException {
        try (CryptoPermits.Permit _ = permits.acquire(Duration.ofNanos(permitDeadline - System.nanoTime()))) {
            actions.addAll(handshake.receive(content));
        }
    }

    private List<X509Certificate> enrol(AskDesk ask) throws ProtocolException {
        byte[] token = ask.token().toArray();
        try {
            return desk.enrol(token, ask.request().toArray(), ask.session());
        } catch (RefusedException e) {
            throw new ProtocolException(AlertCode.AUTH_FAILED, String.valueOf(e.getMessage()), e);
        } finally {
            Arrays.fill(token, (byte) 0);
        }
    }

    /** The certificate is issued, whatever becomes of the answer. */
    private Accepted finishEnrolment(X509Certificate certificate) {
        RefusedHandshakeException fault = null;
        try {
            for (Action action : actions) {
                switch (action) {
                    case Send(Bytes messages) -> stream.gather(ContentType.HANDSHAKE, messages);
                    case ChangeSendingKeys change -> stream.change(change);
                    case AwaitClose _ -> awaitClose();
                    default -> throw new IllegalStateException("not an action of this place");
                }
            }
        } catch (ProtocolException e) {
            fault = refuse(new Alert(e.code(), incident), e.reason(), e);
        } catch (IOException e) {
            // The device comes back with the same token and key, and gets the same chain.
        } finally {
            stream.closeAndDispose();
        }
        try {
            return new Accepted.Enrolled(EndEntity.requireRole(certificate, Role.DEVICE), certificate, fault);
        } catch (UntrustedException e) {
            throw new IllegalStateException("the desk issued something that is no device certificate", e);
        }
    }

    private void awaitClose() throws IOException, ProtocolException {
        stream.flush();
        ContentType type = stream.read();
        switch (type) {
            case CLOSE -> {
                stream.write(ContentType.CLOSE, Bytes.EMPTY);
                stream.endOutput();
            }
            case ALERT -> throw new PeerAlertException(Alert.decode(stream.content()));
            default -> throw ProtocolException.malformed(type + " after an enrolment");
        }
    }

    private RefusedHandshakeException refuse(Alert alert, String reason, @Nullable Throwable cause) {
        LastWord.say(alert, stream);
        return new RefusedHandshakeException(
                incident, alert, reason, handshake.presented().orElse(null), cause);
    }

    private Deadline closeAfter(Duration limit, String what) {
        return Deadline.after(
                limit,
                () -> stream.closeBecause(new SocketTimeoutException(what + " within " + limit.toMillis() + " ms")));
    }
}
