package dev.waxwing.vectors;

import dev.waxwing.channel.Accepted;
import dev.waxwing.channel.DeviceEndpoint;
import dev.waxwing.channel.DevicePolicy;
import dev.waxwing.channel.HandshakeLimits;
import dev.waxwing.channel.RefusedException;
import dev.waxwing.channel.RefusedHandshakeException;
import dev.waxwing.channel.SecureChannel;
import dev.waxwing.channel.ServerEndpoint;
import dev.waxwing.channel.ServerIdentity;
import dev.waxwing.channel.ServerPolicy;
import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.crypto.Suite;
import dev.waxwing.handshake.DeviceHandshake;
import dev.waxwing.handshake.DevicePurpose;
import dev.waxwing.handshake.ServerHandshake;
import dev.waxwing.handshake.ServerHandshake.ServerProof;
import dev.waxwing.handshake.SessionTerms;
import dev.waxwing.recordlayer.ContentType;
import dev.waxwing.trust.Certificates;
import dev.waxwing.trust.Credential;
import dev.waxwing.trust.PeerVerifier;
import dev.waxwing.trust.Role;
import dev.waxwing.trust.StapledStatus;
import dev.waxwing.trust.TestPki;
import dev.waxwing.trust.TrustedRoot;
import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.Incident;
import dev.waxwing.wire.PeerAlertException;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.TruncatedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * A whole session between the ends of the vectors, kept record by record. Each end can be run against any version of what
 * the other one said, in one thread and in memory: with the randomness of the vectors it says and understands exactly what
 * it did when the session was recorded.
 */
final class RecordedSession {

    private static final int IV = 16;

    /** What the playback calls the device's records. */
    private static final Set<String> OF_DEVICE = Set.of(
            "record.ClientHello",
            "record.device_flight",
            "record.RatchetRequest",
            "record.RatchetFinish",
            "record.KeyUpdate",
            "device.application",
            "device.ping",
            "device.close");

    /** How a run ended. */
    enum End {
        /** The peer's authenticated close. */
        CLOSED,
        /** The stream ended without one. */
        TRUNCATED,
        /** The peer sent an alert. */
        ALERTED,
        /** This end gave up with {@code protocol_error}. */
        PROTOCOL_ERROR,
        /** This end gave up with {@code auth_failed}. */
        AUTH_FAILED,
        /** This end gave up with {@code unsupported}. */
        UNSUPPORTED,
        /** The first byte was not this protocol's, which is answered by silence. */
        SILENCE
    }

    /**
     * What a run came to.
     *
     * @param connected whether there was a session
     * @param contents of the application records that were taken, in order
     * @param written everything that this end wrote
     */
    record Outcome(End end, boolean connected, List<Bytes> contents, Bytes written) {}

    /** Records of the device, ClientHello first, close last. */
    final List<Bytes> fromDevice = new ArrayList<>();

    /** Records of the server, ServerHello first, close last. */
    final List<Bytes> fromServer = new ArrayList<>();

    /** What the application of the other end gets if nobody interferes. */
    final List<Bytes> toServer = new ArrayList<>();

    final List<Bytes> toDevice = new ArrayList<>();

    /** Those of both directions that carry application contents. */
    final Set<Bytes> applicationRecords = new HashSet<>();

    private final Suite suite;
    private final VectorFile vectors;
    private final CryptoProvider crypto;
    private final TrustedRoot root;
    private final Credential server;
    private final Credential device;

    private RecordedSession(Suite suite, VectorFile vectors, CryptoProvider provider) throws Exception {
        this.suite = suite;
        this.vectors = vectors;
        this.crypto = new RepeatableSignatures(provider);
        this.root = TrustedRoot.of(Certificates.parse(vectors.get("root").toArray()));
        this.server = Playback.credential(vectors, "server");
        this.device = Playback.credential(vectors, "device");
    }

    static RecordedSession of(Suite suite) throws Exception {
        VectorFile vectors = RekeyingVectors.read(suite);
        // More IVs than the vectors have, for a longer session.
        vectors.all().put("ratchet.device.ivs", Bytes.of(new byte[50 * IV]));
        vectors.all().put("ratchet.server.ivs", Bytes.of(new byte[50 * IV]));
        RecordedSession session = new RecordedSession(suite, vectors, CryptoProvider.best());
        Playback playback = Playback.normal(vectors, suite, CryptoProvider.best());
        playback.handshake();
        session.converse(playback);
        // The handshake's records, and then what was said, in the order in which it was.
        for (Map.Entry<String, Bytes> record : playback.records) {
            (OF_DEVICE.contains(record.getKey()) ? session.fromDevice : session.fromServer).add(record.getValue());
            if (record.getKey().endsWith("application")) {
                session.applicationRecords.add(record.getValue());
            }
        }
        return session;
    }

    private void converse(Playback playback) throws ProtocolException {
        Random random = new Random(7);
        exchange(playback, random, 40);
        playback.ratchet();
        exchange(playback, random, 1);
        playback.updateKey();
        exchange(playback, random, 300);
        playback.say("device.ping", true, ContentType.PING, HandshakeVectors.PING);
        playback.say("server.ping", false, ContentType.PING, HandshakeVectors.PING);
        playback.say("device.close", true, ContentType.CLOSE, Bytes.EMPTY);
        playback.say("server.close", false, ContentType.CLOSE, Bytes.EMPTY);
    }

    private void exchange(Playback playback, Random random, int size) throws ProtocolException {
        Bytes asked = content(random, size);
        Bytes answered = content(random, 20);
        playback.say("device.application", true, ContentType.APPLICATION, asked);
        playback.say("server.application", false, ContentType.APPLICATION, answered);
        toServer.add(asked);
        toDevice.add(answered);
    }

    private static Bytes content(Random random, int size) {
        byte[] content = new byte[size];
        random.nextBytes(content);
        return Bytes.of(content);
    }

    /** The receiving half of an end, which has heard nothing yet. */
    Ear ear(boolean atServer) {
        if (atServer) {
            return Ear.of(
                    crypto,
                    new ServerHandshake(
                            crypto,
                            serverRandom(),
                            TestPki.CLOCK,
                            List.of(suite),
                            SessionTerms.defaults(),
                            new ServerProof(server, () -> vectors.get("server.status"), root.certificate()),
                            devices()));
        }
        PeerVerifier servers = new PeerVerifier(root, Role.SERVER, new StapledStatus(), TestPki.CLOCK);
        return Ear.of(
                crypto,
                new DeviceHandshake(crypto, deviceRandom(), List.of(suite), new DevicePurpose.Normal(device, servers)));
    }

    private PeerVerifier devices() {
        return new PeerVerifier(root, Role.DEVICE, (leaf, issuer, staple, now) -> {}, TestPki.CLOCK);
    }

    private SecureRandom serverRandom() {
        return new Replayed(
                vectors.get("server.random"),
                vectors.get("server.ml_kem.m"),
                vectors.get("server.x25519"),
                vectors.get("ratchet.ml_kem.m"),
                vectors.get("ratchet.server.x25519"));
    }

    private SecureRandom deviceRandom() {
        return new Replayed(
                vectors.get("device.random"),
                vectors.get("device.ml_kem.d"),
                vectors.get("device.ml_kem.z"),
                vectors.get("device.x25519"),
                vectors.get("ratchet.ml_kem.d"),
                vectors.get("ratchet.ml_kem.z"),
                vectors.get("ratchet.device.x25519"));
    }

    /** The randomness of the recording, for what both ends must agree on; IVs, which are shorter, may be any. */
    private static final class Replayed extends SecureRandom {
        private final transient ScriptedRandom script;

        Replayed(Bytes... script) {
            this.script = new ScriptedRandom(script);
        }

        @Override
        public void nextBytes(byte[] bytes) {
            if (bytes.length == IV) {
                Arrays.fill(bytes, (byte) 7);
            } else {
                script.nextBytes(bytes);
            }
        }
    }

    static Bytes stream(List<Bytes> records) {
        return Bytes.concat(records.toArray(Bytes[]::new));
    }

    Outcome atServer(Bytes stream) throws Exception {
        return atServer(stream, Integer.MAX_VALUE);
    }

    Outcome atDevice(Bytes stream) throws Exception {
        return atDevice(stream, Integer.MAX_VALUE);
    }

    /** Runs the server against this stream. */
    Outcome atServer(Bytes stream, int atOnce) throws Exception {
        MemorySocket socket = new MemorySocket(stream, atOnce);
        try {
            Accepted accepted = endpoint(serverRandom()).accept(socket, new Incident(7));
            return switch (accepted) {
                case Accepted.Connected(SecureChannel channel) -> receive(channel, socket);
                case Accepted.Enrolled _, Accepted.OtherProtocol _ -> throw new AssertionError("nobody asked for that");
            };
        } catch (RefusedHandshakeException e) {
            return new Outcome(
                    e.alert().map(alert -> end(alert.code())).orElse(End.SILENCE), false, List.of(), socket.written());
        } catch (IOException e) {
            return new Outcome(end(e), false, List.of(), socket.written());
        }
    }

    /** Runs the device against this stream. */
    Outcome atDevice(Bytes stream, int atOnce) throws Exception {
        MemorySocket socket = new MemorySocket(stream, atOnce);
        DevicePolicy policy =
                new DevicePolicy(List.of(suite), HandshakeLimits.defaults().handshake());
        try {
            SecureChannel channel =
                    new DeviceEndpoint(policy, crypto, deviceRandom(), TestPki.CLOCK).connect(socket, device, root);
            beginRatchet(channel);
            return receive(channel, socket);
        } catch (ProtocolException e) {
            return new Outcome(end(e.code()), false, List.of(), socket.written());
        } catch (IOException e) {
            return new Outcome(end(e), false, List.of(), socket.written());
        }
    }

    /** As in the recording; the answer comes later. */
    private static void beginRatchet(SecureChannel channel) throws InterruptedException {
        try {
            channel.rekey(Duration.ZERO);
        } catch (IOException e) {
            // It has not come yet.
        }
    }

    private static Outcome receive(SecureChannel channel, MemorySocket socket) {
        List<Bytes> contents = new ArrayList<>();
        End end;
        try {
            for (ByteBuffer content = channel.receive(); content != null; content = channel.receive()) {
                contents.add(Bytes.copyOf(content));
            }
            end = End.CLOSED;
        } catch (ProtocolException e) {
            end = end(channel.fail(e).code());
        } catch (IOException e) {
            end = end(e);
        }
        Bytes written = socket.written();
        channel.abort();
        return new Outcome(end, true, contents, written);
    }

    private static End end(AlertCode code) {
        return switch (code) {
            case PROTOCOL_ERROR -> End.PROTOCOL_ERROR;
            case AUTH_FAILED -> End.AUTH_FAILED;
            case UNSUPPORTED -> End.UNSUPPORTED;
            default -> throw new AssertionError("an alert that no attack may cause: " + code);
        };
    }

    private static End end(IOException e) {
        return switch (e) {
            case TruncatedException _ -> End.TRUNCATED;
            case PeerAlertException _ -> End.ALERTED;
            default -> throw new AssertionError("an end that no attack may cause", e);
        };
    }

    private ServerEndpoint endpoint(SecureRandom random) {
        ServerIdentity identity = new ServerIdentity() {
            @Override
            public Credential credential() {
                return server;
            }

            @Override
            public Bytes ocspStaple(X509Certificate certificate) {
                return vectors.get("server.status");
            }

            @Override
            public X509Certificate root() {
                return root.certificate();
            }
        };
        return new ServerEndpoint(
                new ServerPolicy(List.of(suite), SessionTerms.defaults(), HandshakeLimits.defaults()),
                crypto,
                random,
                TestPki.CLOCK,
                identity,
                devices(),
                (peer, session) -> Playback.GRANT,
                (token, pkcs10, session) -> {
                    throw new RefusedException(AlertCode.AUTH_FAILED, "no invites here");
                });
    }
}
