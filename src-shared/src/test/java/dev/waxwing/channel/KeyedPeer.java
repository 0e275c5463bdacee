package dev.waxwing.channel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.crypto.Suite;
import dev.waxwing.handshake.Adversary;
import dev.waxwing.handshake.Adversary.Context;
import dev.waxwing.recordlayer.ContentType;
import dev.waxwing.recordlayer.Direction;
import dev.waxwing.recordlayer.Opener;
import dev.waxwing.recordlayer.Protector;
import dev.waxwing.recordlayer.RecordHeader;
import dev.waxwing.trust.Credential;
import dev.waxwing.wire.Alert;
import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.Incident;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.SessionId;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * A peer on a real connection that owns keys, and with them says exactly what a test tells it to say: any content of any
 * type, at any time. It keeps to the order of the handshake only where a test wants it to.
 */
final class KeyedPeer implements AutoCloseable {

    private static final CryptoProvider CRYPTO = CryptoProvider.best();
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Socket socket;
    private final boolean device;
    private final Credential credential;
    private final Bytes status;
    private final Adversary adversary;
    private final Protector protector;
    private final Opener opener;

    private KeyedPeer(SocketChannel channel, boolean device, Credential credential, Bytes status) throws IOException {
        this.socket = channel.socket();
        this.device = device;
        this.credential = credential;
        this.status = status;
        this.adversary = device ? Adversary.device(CRYPTO, RANDOM) : Adversary.server(CRYPTO, RANDOM);
        this.protector = new Protector(device ? Direction.DEVICE_TO_SERVER : Direction.SERVER_TO_DEVICE);
        this.opener = new Opener(device ? Direction.SERVER_TO_DEVICE : Direction.DEVICE_TO_SERVER);
        socket.setSoTimeout(15_000);
    }

    /** One that calls a server. */
    static KeyedPeer device(SocketChannel channel, Credential credential) throws IOException {
        return new KeyedPeer(channel, true, credential, Bytes.EMPTY);
    }

    /** One that answers a device. */
    static KeyedPeer server(SocketChannel channel, Credential credential, Bytes status) throws IOException {
        return new KeyedPeer(channel, false, credential, status);
    }

    /** As a device: says hello and hears the server's flight. */
    KeyedPeer greet(boolean enrolment, Suite... suites) throws Exception {
        send(ContentType.HANDSHAKE, adversary.hello(enrolment, List.of(suites)));
        adversary.meet(read(ContentType.HANDSHAKE));
        changeToHandshakeKeys();
        adversary.hear(read(ContentType.HANDSHAKE));
        return this;
    }

    KeyedPeer sayCertificate() throws IOException {
        return send(ContentType.HANDSHAKE, adversary.certificate(credential, status));
    }

    KeyedPeer sayCertificate(X509Certificate root) throws IOException {
        return send(ContentType.HANDSHAKE, adversary.certificate(credential, root, status));
    }

    KeyedPeer sayVerify(Context context) throws IOException {
        return send(ContentType.HANDSHAKE, adversary.verify(credential, context));
    }

    /** As a device: Finished, and then the keys that it leads to. */
    KeyedPeer sayFinishedAndChange() throws IOException {
        send(ContentType.HANDSHAKE, adversary.finished());
        changeToApplicationKeys();
        return this;
    }

    /** As a device: the rest of a normal handshake. */
    KeyedPeer finish() throws Exception {
        sayCertificate().sayVerify(Context.DEVICE).sayFinishedAndChange();
        assertThat(read(ContentType.HANDSHAKE).at(0))
                .describedAs("SessionAccept")
                .isEqualTo((byte) 0x20);
        return this;
    }

    /** As a server: hears a hello and answers it with ServerHello. */
    KeyedPeer answer(Suite suite) throws Exception {
        Bytes hello = read(ContentType.HANDSHAKE);
        send(ContentType.HANDSHAKE, adversary.answer(hello, suite));
        changeToHandshakeKeys();
        return this;
    }

    /** As a server: messages that are in nobody's name. */
    KeyedPeer say(Bytes messages) throws IOException {
        adversary.hear(messages);
        return send(ContentType.HANDSHAKE, messages);
    }

    /** As a server: Finished; hears the device's flight, and changes to the keys that it leads to. */
    KeyedPeer sayFinishedAndHearDevice() throws Exception {
        send(ContentType.HANDSHAKE, adversary.finished());
        adversary.hear(read(ContentType.HANDSHAKE));
        changeToApplicationKeys();
        return this;
    }

    /** A record of this type under the keys of the moment. */
    KeyedPeer send(ContentType type, Bytes content) throws IOException {
        return write(protect(type, content));
    }

    /** The record, which is not sent. */
    Bytes protect(ContentType type, Bytes content) {
        ByteBuffer memory = CRYPTO.allocate(Protector.HEAD + content.size() + Protector.TAIL);
        memory.position(Protector.HEAD).put(content.asByteBuffer()).flip();
        protector.protect(type, memory);
        return Bytes.copyOf(memory);
    }

    KeyedPeer write(Bytes bytes) throws IOException {
        socket.getOutputStream().write(bytes.toArray());
        return this;
    }

    /** The content of the next record, which has to be of this type. */
    Bytes read(ContentType type) throws IOException, ProtocolException {
        DataInputStream in = new DataInputStream(socket.getInputStream());
        byte[] head = new byte[RecordHeader.SIZE];
        in.readFully(head);
        RecordHeader header = RecordHeader.decode(ByteBuffer.wrap(head));
        byte[] payload = new byte[header.length()];
        in.readFully(payload);
        ByteBuffer memory = CRYPTO.allocate(payload.length).put(payload).flip();
        assertThat(opener.open(header, memory)).isEqualTo(type);
        return Bytes.copyOf(memory);
    }

    /** Expects one alert and then the end of the stream; hangs up, which the other end waits for. */
    void expectAlert(AlertCode code) throws Exception {
        Alert alert = Alert.decode(read(ContentType.ALERT).asByteBuffer());
        assertThat(alert).isEqualTo(new Alert(code, device ? Loopback.INCIDENT : Incident.NONE));
        expectEnd();
        close();
    }

    /** Expects the end of the stream. */
    void expectEnd() throws IOException {
        try {
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        } catch (EOFException | SocketException e) {
            // A reset after what was sent is an end as well.
        }
    }

    /** Says KeyUpdate and goes on under the next key, or, if the test wants it, under the one that it has just given up. */
    KeyedPeer updateKey(boolean change) throws IOException {
        send(ContentType.HANDSHAKE, Bytes.fromHex("18000000"));
        if (change) {
            protector.change(
                    protector.epoch() + 1, adversary.session(), CRYPTO.aead(adversary.updatedKeys(device), RANDOM));
        }
        return this;
    }

    private void changeToHandshakeKeys() {
        protector.change(1, SessionId.NONE, CRYPTO.aead(adversary.handshakeKeys(device), RANDOM));
        opener.change(1, SessionId.NONE, CRYPTO.aead(adversary.handshakeKeys(!device), RANDOM));
    }

    private void changeToApplicationKeys() {
        protector.change(2, adversary.session(), CRYPTO.aead(adversary.applicationKeys(device), RANDOM));
        opener.changeAllowingLateAlert(2, adversary.session(), CRYPTO.aead(adversary.applicationKeys(!device), RANDOM));
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
