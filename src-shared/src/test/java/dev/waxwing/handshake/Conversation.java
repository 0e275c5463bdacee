package dev.waxwing.handshake;

import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.crypto.Suite;
import dev.waxwing.handshake.Action.AskAdmission;
import dev.waxwing.handshake.Action.AskDesk;
import dev.waxwing.handshake.Action.Send;
import dev.waxwing.handshake.EnrolmentRequestFactory.EnrolmentRequest;
import dev.waxwing.handshake.ServerHandshake.ServerProof;
import dev.waxwing.trust.Credential;
import dev.waxwing.trust.PeerName;
import dev.waxwing.trust.PeerVerifier;
import dev.waxwing.trust.Role;
import dev.waxwing.trust.TestPki;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.UnaryOperator;

/** A device and a server that speak to each other in memory, one message at a time. */
final class Conversation {

    static final TestPki PKI = TestPki.create();
    static final Credential SERVER = PKI.issue(Role.SERVER, "server-1");
    static final Credential DEVICE = PKI.issue(Role.DEVICE, "camera-1");
    static final Bytes STAPLE = PKI.goodStaple(SERVER.certificate());

    private static final KeyPair NEW_KEYS = TestPki.p256();
    private static final Credential NEW_DEVICE =
            PKI.request(Role.DEVICE, "camera-1").keys(NEW_KEYS).issue();

    final DeviceHandshake device;
    final ServerHandshake server;

    /** Everything that the ends want done, other than sending. */
    final List<Action> deviceActions = new ArrayList<>();

    final List<Action> serverActions = new ArrayList<>();

    private final Deque<Bytes> toServer = new ArrayDeque<>();
    private final Deque<Bytes> toDevice = new ArrayDeque<>();
    private UnaryOperator<Bytes> onTheWay = UnaryOperator.identity();

    private Conversation(DevicePurpose purpose, List<Suite> suites) {
        CryptoProvider crypto = CryptoProvider.best();
        SecureRandom random = new SecureRandom();
        device = new DeviceHandshake(crypto, random, suites, purpose);
        server = new ServerHandshake(
                crypto,
                random,
                TestPki.CLOCK,
                Suite.usual(),
                SessionTerms.defaults(),
                new ServerProof(SERVER, () -> STAPLE, PKI.rootCertificate()),
                new PeerVerifier(PKI.root(), Role.DEVICE, (leaf, issuer, staple, now) -> {}, TestPki.CLOCK));
    }

    static Conversation of(Mode mode) {
        return new Conversation(
                switch (mode) {
                    case NORMAL -> normal(DEVICE);
                    case ENROLMENT -> enrolment();
                },
                Suite.usual());
    }

    static Conversation of(Credential credential) {
        return new Conversation(normal(credential), Suite.usual());
    }

    private static DevicePurpose normal(Credential credential) {
        return new DevicePurpose.Normal(credential, PKI.verifier(Role.SERVER).refusing(credential.certificate()));
    }

    private static DevicePurpose enrolment() {
        return new DevicePurpose.Enrolment(
                PKI.root().spkiSha256(),
                new PeerName("camera-1"),
                Bytes.of(new byte[16]),
                session -> new EnrolmentRequest(NEW_KEYS, Bytes.fromHex("3000")),
                TestPki.CLOCK);
    }

    /** Changes every message on its way. */
    Conversation tampering(UnaryOperator<Bytes> change) {
        this.onTheWay = change;
        return this;
    }

    Conversation start() {
        take(device.start(), toServer, deviceActions);
        return this;
    }

    /** Runs until the server has received so many messages; false if the conversation ends before. */
    boolean untilServerReceived(int messages) throws ProtocolException {
        for (int received = 0; received < messages; received++) {
            while (toServer.isEmpty() && !toDevice.isEmpty()) {
                deliverToDevice();
            }
            if (toServer.isEmpty()) {
                return false;
            }
            deliverToServer();
        }
        return true;
    }

    /** Runs until the device has received so many messages; false if the conversation ends before. */
    boolean untilDeviceReceived(int messages) throws ProtocolException {
        for (int received = 0; received < messages; received++) {
            while (toDevice.isEmpty() && !toServer.isEmpty()) {
                deliverToServer();
            }
            if (toDevice.isEmpty()) {
                return false;
            }
            deliverToDevice();
        }
        return true;
    }

    /** Runs until nobody has anything to say. */
    void run() throws ProtocolException {
        while (!toServer.isEmpty() || !toDevice.isEmpty()) {
            if (!toServer.isEmpty()) {
                deliverToServer();
            } else {
                deliverToDevice();
            }
        }
    }

    /** The next message to the server, once the device has said what it has to say. */
    Bytes nextToServer() throws ProtocolException {
        while (toServer.isEmpty()) {
            deliverToDevice();
        }
        return toServer.remove();
    }

    /** The next message to the device, once the server has said what it has to say. */
    Bytes nextToDevice() throws ProtocolException {
        while (toDevice.isEmpty()) {
            deliverToServer();
        }
        return toDevice.remove();
    }

    void receiveAtServer(Bytes content) throws ProtocolException {
        take(server.receive(content.asByteBuffer()), toDevice, serverActions);
        if (!serverActions.isEmpty() && serverActions.getLast() instanceof AskAdmission) {
            take(server.admit(new SessionGrant(3, 2)), toDevice, serverActions);
        }
        if (!serverActions.isEmpty() && serverActions.getLast() instanceof AskDesk) {
            take(server.issue(newChain()), toDevice, serverActions);
        }
    }

    void receiveAtDevice(Bytes content) throws ProtocolException {
        take(device.receive(content.asByteBuffer()), toServer, deviceActions);
    }

    private void deliverToServer() throws ProtocolException {
        receiveAtServer(onTheWay.apply(toServer.remove()));
    }

    private void deliverToDevice() throws ProtocolException {
        receiveAtDevice(onTheWay.apply(toDevice.remove()));
    }

    private static List<X509Certificate> newChain() {
        List<X509Certificate> chain = new ArrayList<>(NEW_DEVICE.chain());
        chain.add(PKI.rootCertificate());
        return chain;
    }

    private static void take(List<Action> actions, Deque<Bytes> messages, List<Action> others) {
        for (Action action : actions) {
            if (action instanceof Send(Bytes content)) {
                split(content, messages);
            } else {
                others.add(action);
            }
        }
    }

    private static void split(Bytes content, Deque<Bytes> messages) {
        try {
            Reader in = Reader.of(content);
            while (in.hasRemaining()) {
                int start = content.size() - in.remaining();
                HandshakeMessage.decode(in);
                messages.add(content.slice(start, content.size() - in.remaining()));
            }
        } catch (ProtocolException e) {
            throw new IllegalStateException("our own message is malformed", e);
        }
    }
}
