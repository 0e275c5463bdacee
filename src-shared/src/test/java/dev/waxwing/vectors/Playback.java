package dev.waxwing.vectors;

import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.crypto.Suite;
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
import dev.waxwing.handshake.DevicePurpose;
import dev.waxwing.handshake.EnrolmentRequestFactory;
import dev.waxwing.handshake.Rekeying;
import dev.waxwing.handshake.ServerHandshake;
import dev.waxwing.handshake.ServerHandshake.ServerProof;
import dev.waxwing.handshake.Session;
import dev.waxwing.handshake.SessionGrant;
import dev.waxwing.handshake.SessionTerms;
import dev.waxwing.recordlayer.ContentType;
import dev.waxwing.recordlayer.Direction;
import dev.waxwing.recordlayer.Opener;
import dev.waxwing.recordlayer.Protector;
import dev.waxwing.recordlayer.RecordHeader;
import dev.waxwing.trust.Certificates;
import dev.waxwing.trust.Credential;
import dev.waxwing.trust.PeerName;
import dev.waxwing.trust.PeerVerifier;
import dev.waxwing.trust.Role;
import dev.waxwing.trust.StapledStatus;
import dev.waxwing.trust.TrustedRoot;
import dev.waxwing.trust.UntrustedException;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import java.nio.ByteBuffer;
import java.security.KeyFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Runs handshake and record layer of both ends with the inputs of a vector file, and keeps what they say. */
final class Playback {

    static final SessionGrant GRANT = new SessionGrant(6, 4);

    /** Names and records in the order in which they were sent. */
    final List<Map.Entry<String, Bytes>> records = new ArrayList<>();

    /** Contents of the handshake records: one or more messages. */
    final List<Bytes> flights = new ArrayList<>();

    private final CryptoProvider crypto;
    private final Protector fromDevice = new Protector(Direction.DEVICE_TO_SERVER);
    private final Protector fromServer = new Protector(Direction.SERVER_TO_DEVICE);
    private final Opener atServer = new Opener(Direction.DEVICE_TO_SERVER);
    private final Opener atDevice = new Opener(Direction.SERVER_TO_DEVICE);
    private final ScriptedRandom deviceIvs;
    private final ScriptedRandom serverIvs;
    private final DeviceHandshake device;
    private final ServerHandshake server;
    private final VectorFile in;
    private final Deque<String> names;
    private final Deque<Flight> onTheWay = new ArrayDeque<>();
    private final List<Session> sessions = new ArrayList<>();
    private final Map<Boolean, Rekeying> rekeyings = new HashMap<>();

    /** The numbers of the ratchets that were over, once for each end. */
    final List<Long> ratchets = new ArrayList<>();

    private final List<Credential> identities = new ArrayList<>();

    private record Flight(boolean byDevice, Bytes record, Bytes messages) {}

    private Playback(VectorFile in, Suite suite, CryptoProvider provider, DevicePurpose purpose, List<String> names)
            throws Exception {
        this.in = in;
        this.names = new ArrayDeque<>(names);
        this.crypto = new RepeatableSignatures(provider);
        this.deviceIvs = new ScriptedRandom(ivs(in, "device"));
        this.serverIvs = new ScriptedRandom(ivs(in, "server"));
        TrustedRoot root = root(in);
        device = new DeviceHandshake(
                crypto,
                new ScriptedRandom(
                        in.get("device.random"),
                        in.get("device.ml_kem.d"),
                        in.get("device.ml_kem.z"),
                        in.get("device.x25519"),
                        in.getOrEmpty("ratchet.ml_kem.d"),
                        in.getOrEmpty("ratchet.ml_kem.z"),
                        in.getOrEmpty("ratchet.device.x25519")),
                List.of(suite),
                purpose);
        server = new ServerHandshake(
                crypto,
                new ScriptedRandom(
                        in.get("server.random"),
                        in.get("server.ml_kem.m"),
                        in.get("server.x25519"),
                        in.getOrEmpty("ratchet.ml_kem.m"),
                        in.getOrEmpty("ratchet.server.x25519")),
                clock(in),
                List.of(Suite.values()),
                SessionTerms.defaults(),
                new ServerProof(credential(in, "server"), () -> in.get("server.status"), root.certificate()),
                new PeerVerifier(root, Role.DEVICE, (leaf, issuer, staple, now) -> {}, clock(in)));
    }

    /** A session of the device. */
    static Playback normal(VectorFile in, Suite suite, CryptoProvider provider) throws Exception {
        PeerVerifier servers = new PeerVerifier(root(in), Role.SERVER, new StapledStatus(), clock(in));
        return new Playback(
                in,
                suite,
                provider,
                new DevicePurpose.Normal(credential(in, "device"), servers),
                List.of(
                        "record.ClientHello",
                        "record.ServerHello",
                        "record.server_flight",
                        "record.device_flight",
                        "record.SessionAccept"));
    }

    /** The device's enrolment, with its key pair from the vectors and its request from the factory. */
    static Playback enrolment(VectorFile in, Suite suite, CryptoProvider provider, EnrolmentRequestFactory requests)
            throws Exception {
        return new Playback(
                in,
                suite,
                provider,
                new DevicePurpose.Enrolment(
                        root(in).spkiSha256(), new PeerName("camera-1"), in.get("token"), requests, clock(in)),
                List.of(
                        "record.ClientHello",
                        "record.ServerHello",
                        "record.server_flight",
                        "record.device.Finished",
                        "record.EnrolRequest",
                        "record.EnrolResponse"));
    }

    /** The whole handshake, and the session that both ends agreed on. */
    Session handshake() throws ProtocolException {
        deliverAll();
        if (sessions.size() != 2 || !sessions.get(0).id().equals(sessions.get(1).id())) {
            throw new AssertionError("the ends did not agree: " + sessions);
        }
        return sessions.getFirst();
    }

    /** The whole enrolment, and what the device has after it. */
    Credential enrol() throws ProtocolException {
        deliverAll();
        return identities.getFirst();
    }

    private void deliverAll() throws ProtocolException {
        perform(device.start(), true);
        while (!onTheWay.isEmpty()) {
            Flight flight = onTheWay.remove();
            hear(!flight.byDevice(), flight.record(), ContentType.HANDSHAKE, flight.messages());
            ByteBuffer messages = flight.messages().asByteBuffer();
            perform(flight.byDevice() ? server.receive(messages) : device.receive(messages), !flight.byDevice());
        }
    }

    /** The device updates its key. */
    void updateKey() throws ProtocolException {
        names.add("record.KeyUpdate");
        perform(rekeying(true).updateKey(), true);
        deliverInSession();
    }

    /** The device begins a ratchet, which runs to its end. */
    void ratchet() throws ProtocolException {
        names.addAll(List.of(
                "record.RatchetRequest", "record.RatchetResponse", "record.RatchetFinish", "record.RatchetDone"));
        perform(rekeying(true).ratchet(), true);
        deliverInSession();
    }

    private void deliverInSession() throws ProtocolException {
        while (!onTheWay.isEmpty()) {
            Flight flight = onTheWay.remove();
            hear(!flight.byDevice(), flight.record(), ContentType.HANDSHAKE, flight.messages());
            Opener opener = flight.byDevice() ? atServer : atDevice;
            perform(
                    rekeying(!flight.byDevice()).receive(flight.messages().asByteBuffer(), opener.records() - 1),
                    !flight.byDevice());
        }
    }

    private Rekeying rekeying(boolean ofDevice) {
        return Objects.requireNonNull(rekeyings.get(ofDevice));
    }

    /** One record from device to server, which must take it for what it is. */
    void say(String name, boolean byDevice, ContentType type, Bytes content) throws ProtocolException {
        Bytes record = protect(byDevice ? fromDevice : fromServer, type, content);
        records.add(Map.entry(name, record));
        hear(!byDevice, record, type, content);
    }

    /** The end takes this record for content of this type. */
    void hear(boolean atTheDevice, Bytes record, ContentType type, Bytes content) throws ProtocolException {
        ByteBuffer opened =
                crypto.allocate(record.size()).put(record.asByteBuffer()).flip();
        RecordHeader header = RecordHeader.decode(opened);
        opened.position(RecordHeader.SIZE);
        ContentType seen = (atTheDevice ? atDevice : atServer).open(header, opened);
        if (seen != type || !Bytes.copyOf(opened).equals(content)) {
            throw new AssertionError(seen + " " + Bytes.copyOf(opened) + " instead of " + type + " " + content);
        }
    }

    private void perform(List<Action> actions, boolean byDevice) throws ProtocolException {
        for (Action action : actions) {
            switch (action) {
                case Send(Bytes messages) -> {
                    Bytes record = protect(byDevice ? fromDevice : fromServer, ContentType.HANDSHAKE, messages);
                    records.add(Map.entry(names.remove(), record));
                    flights.add(messages);
                    onTheWay.add(new Flight(byDevice, record, messages));
                }
                case ChangeSendingKeys change ->
                    (byDevice ? fromDevice : fromServer)
                            .change(
                                    change.epoch(),
                                    change.session(),
                                    crypto.aead(change.keys(), byDevice ? deviceIvs : serverIvs));
                case ChangeReceivingKeys change ->
                    (byDevice ? atDevice : atServer)
                            .change(change.epoch(), change.session(), crypto.aead(change.keys(), deviceIvs));
                case AskDesk _ -> perform(server.issue(issued()), false);
                case AwaitClose _ -> {}
                case TakeIdentity(Credential credential, TrustedRoot _) -> identities.add(credential);
                case AskAdmission _ -> perform(server.admit(GRANT), false);
                case Connect(Session session, Rekeying rekeying) -> {
                    sessions.add(session);
                    rekeyings.put(byDevice, rekeying);
                }
                case Ratcheted(long number) -> ratchets.add(number);
            }
        }
    }

    private Bytes protect(Protector protector, ContentType type, Bytes content) {
        ByteBuffer memory = crypto.allocate(Protector.HEAD + content.size() + Protector.TAIL);
        memory.position(Protector.HEAD).put(content.asByteBuffer()).flip();
        protector.protect(type, memory);
        return Bytes.copyOf(memory);
    }

    private static Bytes ivs(VectorFile in, String end) {
        return Bytes.concat(in.getOrEmpty(end + ".ivs"), in.getOrEmpty("ratchet." + end + ".ivs"));
    }

    private List<X509Certificate> issued() {
        try {
            return Certificates.parseAll(List.of(in.get("device.certificate"), in.get("issuing"), in.get("root")));
        } catch (UntrustedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Clock clock(VectorFile in) {
        return Clock.fixed(Instant.ofEpochMilli(in.get("time").asByteBuffer().getLong()), ZoneOffset.UTC);
    }

    private static TrustedRoot root(VectorFile in) throws UntrustedException {
        return TrustedRoot.of(Certificates.parse(in.get("root").toArray()));
    }

    static Credential credential(VectorFile in, String name) throws Exception {
        return new Credential(
                KeyFactory.getInstance("EC")
                        .generatePrivate(
                                new PKCS8EncodedKeySpec(in.get(name + ".key").toArray())),
                Certificates.parseAll(List.of(in.get(name + ".certificate"), in.get("issuing"))));
    }
}
