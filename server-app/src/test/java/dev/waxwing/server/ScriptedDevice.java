package dev.waxwing.server;

import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.crypto.Suite;
import dev.waxwing.handshake.Action;
import dev.waxwing.handshake.Action.ChangeReceivingKeys;
import dev.waxwing.handshake.Action.ChangeSendingKeys;
import dev.waxwing.handshake.Action.Connect;
import dev.waxwing.handshake.Action.Ratcheted;
import dev.waxwing.handshake.Action.Send;
import dev.waxwing.handshake.DeviceHandshake;
import dev.waxwing.handshake.DevicePurpose;
import dev.waxwing.media.DeviceMessage;
import dev.waxwing.media.ServerMessage;
import dev.waxwing.recordlayer.ContentType;
import dev.waxwing.recordlayer.Direction;
import dev.waxwing.recordlayer.Opener;
import dev.waxwing.recordlayer.Protector;
import dev.waxwing.recordlayer.RecordHeader;
import dev.waxwing.trust.Credential;
import dev.waxwing.trust.PeerVerifier;
import dev.waxwing.trust.Role;
import dev.waxwing.trust.TrustedRoot;
import dev.waxwing.wire.Alert;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import dev.waxwing.wire.Writer;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A WXP/2 device that sends what a test says, record by record, and keeps every record of both directions. */
final class ScriptedDevice implements AutoCloseable {

    private static final int PATIENCE_MILLIS = 20_000;

    /** Every record that was sent. */
    final List<Bytes> sent = new ArrayList<>();

    /** Every record that came. */
    final List<Bytes> received = new ArrayList<>();

    private final Socket socket;
    private final DataInputStream in;
    private final CryptoProvider crypto = CryptoProvider.jdk();
    private final SecureRandom random;
    private final Protector protector = new Protector(Direction.DEVICE_TO_SERVER);
    private final Opener opener = new Opener(Direction.SERVER_TO_DEVICE);
    private final DeviceHandshake handshake;
    private @Nullable Connect session;
    private long ratchets;

    /** Of the record that came last. */
    private ContentType type = ContentType.HANDSHAKE;

    ScriptedDevice(int port, Credential credential, TrustedRoot root, SecureRandom random) throws IOException {
        this.random = random;
        PeerVerifier servers =
                new PeerVerifier(root, Role.SERVER, (leaf, issuer, staple, now) -> {}, Clock.systemUTC());
        handshake = new DeviceHandshake(
                crypto, random, List.of(Suite.AES_256_GCM_SHA384), new DevicePurpose.Normal(credential, servers));
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.setTcpNoDelay(true);
        in = new DataInputStream(socket.getInputStream());
    }

    /** Runs the handshake; gives the alert if the server refused. */
    Optional<Alert> connect() throws IOException, ProtocolException {
        carryOut(handshake.start());
        while (session == null) {
            ByteBuffer content = next();
            switch (type) {
                case HANDSHAKE -> carryOut(handshake.receive(content));
                case ALERT -> {
                    return Optional.of(Alert.decode(content));
                }
                default -> throw new AssertionError(type + " in the handshake");
            }
        }
        return Optional.empty();
    }

    /** Sends ClientHello and takes the server's flight up to its ServerHello. */
    void exchangeHellos() throws IOException, ProtocolException {
        carryOut(handshake.start());
        ByteBuffer content = next();
        carryOut(handshake.receive(content));
    }

    void send(DeviceMessage message) throws IOException {
        send(ContentType.APPLICATION, encoded(message));
    }

    static Bytes encoded(DeviceMessage message) {
        Writer out = Writer.growing();
        message.encode(out);
        return out.toBytes();
    }

    void send(ContentType type, Bytes content) throws IOException {
        sendRaw(seal(type, content));
    }

    /** The next record of this device, which is not sent. */
    Bytes seal(ContentType type, Bytes content) {
        ByteBuffer record = ByteBuffer.allocate(Protector.HEAD + content.size() + Protector.TAIL);
        record.position(Protector.HEAD).put(content.asByteBuffer()).flip();
        protector.protect(type, record);
        return Bytes.copyOf(record);
    }

    void sendRaw(Bytes record) throws IOException {
        sent.add(record);
        socket.getOutputStream().write(record.toArray());
    }

    /** The same, in writes of one byte each. */
    void sendSlowly(Bytes record) throws IOException {
        sent.add(record);
        for (byte one : record.toArray()) {
            socket.getOutputStream().write(one);
        }
    }

    /** The next answer, which has to be of this type; key changes before it are followed. */
    <T extends ServerMessage> T expect(Class<T> expected) throws IOException, ProtocolException {
        while (true) {
            ByteBuffer content = next();
            switch (type) {
                case APPLICATION -> {
                    return expected.cast(ServerMessage.decode(Reader.of(content)));
                }
                case HANDSHAKE -> carryOut(connected().rekeying().receive(content, opener.records() - 1));
                default -> throw new AssertionError(type + " where an answer should be");
            }
        }
    }

    void updateKey() throws IOException {
        carryOut(connected().rekeying().updateKey());
    }

    /** A whole ratchet, from the request on. */
    void ratchet() throws IOException, ProtocolException {
        long before = ratchets;
        carryOut(connected().rekeying().ratchet());
        while (ratchets == before) {
            ByteBuffer content = next();
            carryOut(connected().rekeying().receive(content, opener.records() - 1));
        }
    }

    int epoch() {
        return protector.epoch();
    }

    /** How the server ends the session: the alert, or nothing if the connection just ends. What comes before is passed over. */
    Optional<Alert> end() throws IOException, ProtocolException {
        while (true) {
            try {
                ByteBuffer content = next();
                if (type == ContentType.ALERT) {
                    return Optional.of(Alert.decode(content));
                }
            } catch (EOFException | SocketException end) {
                return Optional.empty();
            }
        }
    }

    private ByteBuffer next() throws IOException, ProtocolException {
        byte[] head = new byte[RecordHeader.SIZE];
        in.readFully(head);
        RecordHeader header = RecordHeader.decode(ByteBuffer.wrap(head));
        byte[] payload = new byte[header.length()];
        in.readFully(payload);
        received.add(Bytes.concat(Bytes.of(head), Bytes.of(payload)));
        ByteBuffer content = ByteBuffer.wrap(payload);
        type = opener.open(header, content);
        return content;
    }

    private void carryOut(List<Action> actions) throws IOException {
        for (Action action : actions) {
            switch (action) {
                case Send(Bytes messages) -> send(ContentType.HANDSHAKE, messages);
                case ChangeSendingKeys keys ->
                    protector.change(keys.epoch(), keys.session(), crypto.aead(keys.keys(), random));
                case ChangeReceivingKeys keys
                when keys.lateAlertAllowed() ->
                    opener.changeAllowingLateAlert(keys.epoch(), keys.session(), crypto.aead(keys.keys(), random));
                case ChangeReceivingKeys keys ->
                    opener.change(keys.epoch(), keys.session(), crypto.aead(keys.keys(), random));
                case Connect connect -> session = connect;
                case Ratcheted(long number) -> ratchets = number;
                default -> throw new AssertionError("not an action of this place: " + action);
            }
        }
    }

    private Connect connected() {
        Connect standing = session;
        if (standing == null) {
            throw new AssertionError("no session");
        }
        return standing;
    }

    @Override
    public void close() throws IOException {
        handshake.close();
        socket.close();
    }
}
