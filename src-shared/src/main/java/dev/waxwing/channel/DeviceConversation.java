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
import dev.waxwing.handshake.DeviceHandshake;
import dev.waxwing.recordlayer.ContentType;
import dev.waxwing.trust.PeerName;
import dev.waxwing.wire.Alert;
import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.Incident;
import dev.waxwing.wire.PeerAlertException;
import dev.waxwing.wire.ProtocolException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/** The device's handshake on one connection: moves records and carries out actions. Owned by the connecting thread. */
final class DeviceConversation {

    private static final Duration CLOSE_WAIT = Duration.ofSeconds(2);

    private final RecordStream stream;
    private final BufferPool pool;
    private final DeviceHandshake handshake;
    private final Duration limit;
    private final Clock clock;
    private final Deque<Action> actions = new ArrayDeque<>();

    DeviceConversation(RecordStream stream, BufferPool pool, DeviceHandshake handshake, Duration limit, Clock clock) {
        this.stream = stream;
        this.pool = pool;
        this.handshake = handshake;
        this.limit = limit;
        this.clock = clock;
    }

    SecureChannel connect() throws IOException, ProtocolException {
        return switch (converse()) {
            case Connect connect -> SecureChannel.ofDevice(stream, pool, connect, clock);
            case Action other -> throw new IllegalStateException("not an action of this place: " + other);
        };
    }

    EnrolledIdentity enrol(PeerName name) throws IOException, ProtocolException {
        return switch (converse()) {
            case TakeIdentity(var credential, var root) -> {
                close();
                yield new EnrolledIdentity(name, credential, root);
            }
            case Action other -> throw new IllegalStateException("not an action of this place: " + other);
        };
    }

    /** Runs the handshake to the action that ends it. Every refusal of the server is converted here, in one place. */
    private Action converse() throws IOException, ProtocolException {
        try (Deadline _ = Deadline.after(limit, this::timeOut)) {
            actions.addAll(handshake.start());
            return run();
        } catch (ProtocolException e) {
            LastWord.say(new Alert(e.code(), Incident.NONE), stream);
            throw e;
        } catch (RuntimeException e) {
            LastWord.say(new Alert(AlertCode.INTERNAL, Incident.NONE), stream);
            throw e;
        } finally {
            actions.forEach(Action::discard);
        }
    }

    private Action run() throws IOException, ProtocolException {
        while (true) {
            if (actions.isEmpty()) {
                receive();
                continue;
            }
            switch (actions.remove()) {
                case Send(Bytes messages) -> stream.gather(ContentType.HANDSHAKE, messages);
                case ChangeSendingKeys change -> stream.change(change);
                case ChangeReceivingKeys change -> stream.change(change);
                case Connect end -> {
                    return end;
                }
                case TakeIdentity end -> {
                    return end;
                }
                case AskAdmission _, AskDesk _, AwaitClose _, Ratcheted _ ->
                    throw new IllegalStateException("not an action of this place");
            }
        }
    }

    private void receive() throws IOException, ProtocolException {
        stream.flush();
        ContentType type = stream.read();
        ByteBuffer content = stream.content();
        switch (type) {
            case HANDSHAKE -> actions.addAll(handshake.receive(content));
            case ALERT -> throw new PeerAlertException(Alert.decode(content));
            default -> throw ProtocolException.malformed(type + " before the session stands");
        }
    }

    /** The identity is at hand, so a server that does not close in good order is no loss. */
    private void close() {
        try (Deadline _ = Deadline.after(CLOSE_WAIT, stream::close)) {
            stream.write(ContentType.CLOSE, Bytes.EMPTY);
            stream.read();
        } catch (IOException | ProtocolException e) {
            // The connection has served its purpose.
        } finally {
            stream.closeAndDispose();
        }
    }

    private void timeOut() {
        stream.closeBecause(new SocketTimeoutException("no session within " + limit.toMillis() + " ms"));
    }
}
