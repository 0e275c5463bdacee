package dev.waxwing.agent.upload;

import dev.waxwing.channel.Accepted;
import dev.waxwing.channel.RefusedException;
import dev.waxwing.channel.RefusedHandshakeException;
import dev.waxwing.channel.SecureChannel;
import dev.waxwing.channel.ServerEndpoint;
import dev.waxwing.channel.ServerIdentity;
import dev.waxwing.channel.ServerPolicy;
import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.enrollment.Invite;
import dev.waxwing.enrollment.InviteToken;
import dev.waxwing.enrollment.ServerAddress;
import dev.waxwing.evidence.DetachedSignature;
import dev.waxwing.evidence.MalformedEvidenceException;
import dev.waxwing.evidence.Manifest;
import dev.waxwing.evidence.Receipt;
import dev.waxwing.evidence.TextLines;
import dev.waxwing.evidence.TrustLevel;
import dev.waxwing.handshake.Restored;
import dev.waxwing.handshake.SessionGrant;
import dev.waxwing.media.CertificateAnswer;
import dev.waxwing.media.CertificateQuery;
import dev.waxwing.media.DeviceMessage;
import dev.waxwing.media.ItemId;
import dev.waxwing.media.ReceiptMessage;
import dev.waxwing.media.RefusalReason;
import dev.waxwing.media.Refused;
import dev.waxwing.media.RenewalAnswer;
import dev.waxwing.media.RenewalRefused;
import dev.waxwing.media.RenewalRequest;
import dev.waxwing.media.RootListQuery;
import dev.waxwing.media.ServerMessage;
import dev.waxwing.media.Text;
import dev.waxwing.media.TextAck;
import dev.waxwing.media.TextSeal;
import dev.waxwing.media.UploadAck;
import dev.waxwing.media.UploadCancel;
import dev.waxwing.media.UploadData;
import dev.waxwing.media.UploadOpen;
import dev.waxwing.media.UploadReady;
import dev.waxwing.media.UploadSeal;
import dev.waxwing.trust.Certificates;
import dev.waxwing.trust.Credential;
import dev.waxwing.trust.PeerName;
import dev.waxwing.trust.PeerVerifier;
import dev.waxwing.trust.Role;
import dev.waxwing.trust.TestPki;
import dev.waxwing.trust.UntrustedException;
import dev.waxwing.trust.VerifiedPeer;
import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.Incident;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import dev.waxwing.wire.SessionId;
import dev.waxwing.wire.Writer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;
import org.jspecify.annotations.Nullable;

/**
 * A small honest server in memory, on a real socket, with a certificate authority of its own. A test can put its own
 * answer in place of the honest one, or break the connection.
 */
public final class ServerDouble implements AutoCloseable {

    /** Answers in place of the server, or breaks the connection by throwing; empty lets the server answer. */
    @FunctionalInterface
    public interface Interception {

        Optional<List<ServerMessage>> answer(DeviceMessage message, ServerDouble server) throws IOException;
    }

    /** What the server holds of an upload. */
    public static final class Held {

        private final UploadOpen open;
        private final ByteArrayOutputStream content = new ByteArrayOutputStream();
        private @Nullable ReceiptMessage receipt;
        private @Nullable Bytes manifest;

        private Held(UploadOpen open) {
            this.open = open;
        }

        public byte[] content() {
            return content.toByteArray();
        }

        public boolean isAccepted() {
            return receipt != null;
        }
    }

    /** How long the server's OCSP responses hold. */
    public static final Duration STAPLE_LIFETIME = Duration.ofHours(1);

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Interception HONEST = (_, _) -> Optional.empty();

    public final TestPki pki = TestPki.create();
    public final InviteToken token = InviteToken.random(RANDOM);
    public final List<DeviceMessage> received = new CopyOnWriteArrayList<>();
    public final Map<ItemId, Held> uploads = new ConcurrentHashMap<>();
    public final TreeMap<Long, Text> texts = new TreeMap<>();
    public final Map<ItemId, ReceiptMessage> groups = new ConcurrentHashMap<>();
    public final List<Bytes> manifests = new CopyOnWriteArrayList<>();
    /** What each new session is told of authorities that the root has revoked; nothing unless it is set. */
    public volatile Bytes rootList = Bytes.EMPTY;
    /** The serial numbers that came in, in hex, one for each session. */
    public final List<String> admitted = new CopyOnWriteArrayList<>();
    /** The serial numbers, in hex, that the server refuses. */
    public final Set<String> unwanted = ConcurrentHashMap.newKeySet();
    /** Whether the key that enrolled may come back. */
    public volatile boolean letsBackIn;
    /** How long the certificates live that the server makes. */
    public volatile Duration lifetime = Duration.ofDays(90);
    /** What keys got by renewal. */
    public final Map<Bytes, Credential> renewed = new ConcurrentHashMap<>();
    /** Refusals for the next connections, before the honest admission. */
    public final Queue<RefusedException> admissions = new ConcurrentLinkedQueue<>();

    public volatile Interception interception = HONEST;
    public volatile long window = 1 << 18;
    public volatile boolean loseEnrolmentAnswers;
    public volatile int sessions;
    public volatile int enrolments;
    /** So many of the next who want to enrol or come back hear nothing. */
    public final AtomicInteger deafToEnrolments = new AtomicInteger();

    /** What the server says beyond what it holds. */
    public volatile long durableCounter;
    /** When the server went back in time. */
    public volatile List<Restored> restored = List.of();
    /** What the server's clock says. */
    public volatile Instant now = TestPki.NOW;

    public volatile Credential receiptSigner = pki.issue(Role.RECEIPT, "receipts-1");

    private final Credential credential = pki.issue(Role.SERVER, "server-1");
    private final Credential responder = pki.ocspResponder();
    private final Clock clock = new Clock() {
        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    };
    private final ServerSocketChannel listener;
    private final Thread accepting;
    private final List<SocketChannel> sockets = new CopyOnWriteArrayList<>();
    private volatile List<Bytes> enrolledKey = List.of();

    public ServerDouble() throws IOException {
        listener = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        accepting = Thread.ofVirtual().start(this::acceptAll);
    }

    public ServerAddress address() throws IOException {
        return new ServerAddress("127.0.0.1", ((InetSocketAddress) listener.getLocalAddress()).getPort());
    }

    public Invite invite(String name) throws IOException {
        return new Invite(pki.root().spkiSha256().toArray(), token, new PeerName(name), List.of(address()));
    }

    /** The invite becomes another one, which no key has used. */
    public void renewInvite() {
        enrolledKey = List.of();
    }

    /** The key that may enrol, or come back. */
    public void enrolledKey(Bytes spki) {
        enrolledKey = List.of(spki);
    }

    /** Breaks every connection. */
    public void breakConnections() throws IOException {
        for (SocketChannel socket : sockets) {
            socket.close();
        }
    }

    /** How many messages of a kind have come. */
    public long count(Class<? extends DeviceMessage> kind) {
        return received.stream().filter(kind::isInstance).count();
    }

    private void acceptAll() {
        ServerEndpoint endpoint = endpoint();
        while (listener.isOpen()) {
            try {
                SocketChannel socket = listener.accept();
                sockets.add(socket);
                Thread.ofVirtual().start(() -> serve(endpoint, socket));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private ServerEndpoint endpoint() {
        ServerIdentity identity = new ServerIdentity() {
            @Override
            public Credential credential() {
                return credential;
            }

            @Override
            public Bytes ocspStaple(X509Certificate certificate) {
                return pki.staple(responder)
                        .times(now, now.plus(STAPLE_LIFETIME))
                        .good(certificate)
                        .make();
            }

            @Override
            public X509Certificate root() {
                return pki.rootCertificate();
            }

            @Override
            public Bytes rootList() {
                return rootList;
            }
        };
        var devices = new PeerVerifier(
                pki.root(),
                Role.DEVICE,
                (leaf, _, _, _) -> {
                    if (unwanted.contains(leaf.getSerialNumber().toString(16))) {
                        throw new UntrustedException(UntrustedException.Reason.SUPERSEDED, "by a test");
                    }
                },
                clock);
        return new ServerEndpoint(
                ServerPolicy.defaults(),
                CryptoProvider.best(),
                RANDOM,
                clock,
                identity,
                devices,
                (device, _) -> admit(device),
                this::enrol);
    }

    private SessionGrant admit(VerifiedPeer device) throws RefusedException {
        RefusedException refusal = admissions.poll();
        if (refusal != null) {
            throw refusal;
        }
        admitted.add(device.certificate().getSerialNumber().toString(16));
        return new SessionGrant(Math.max(durableCounter, highest()), 2, restored);
    }

    private synchronized long highest() {
        LongStream held = LongStream.concat(
                texts.keySet().stream().mapToLong(Long::longValue),
                LongStream.concat(
                        uploads.values().stream().mapToLong(upload -> upload.open.counter()),
                        manifests.stream()
                                .mapToLong(manifest -> manifest(manifest).counter())));
        return held.max().orElse(0);
    }

    /** Goes back to a time at which all that has a counter beyond this one had not come yet. */
    public synchronized void goBack(long counter) throws IOException {
        breakConnections();
        texts.keySet().removeIf(text -> text > counter);
        uploads.values().removeIf(upload -> upload.open.counter() > counter);
        List<Bytes> lost = manifests.stream()
                .filter(manifest -> manifest(manifest).counter() > counter)
                .toList();
        lost.forEach(manifest -> groups.remove(manifest(manifest).uploadId()));
        manifests.removeAll(lost);
    }

    private synchronized List<X509Certificate> enrol(byte[] presented, byte[] pkcs10, SessionId session)
            throws RefusedException {
        try {
            if (deafToEnrolments.getAndDecrement() > 0) {
                breakConnections();
                throw new IOException("cut off");
            }
            var request = new JcaPKCS10CertificationRequest(pkcs10);
            List<Bytes> key = List.of(Bytes.of(request.getPublicKey().getEncoded()));
            boolean known = enrolledKey.isEmpty() || enrolledKey.equals(key);
            boolean comesBack = letsBackIn && Arrays.equals(presented, new byte[InviteToken.LENGTH]);
            if (comesBack ? !enrolledKey.equals(key) : !Arrays.equals(presented, token.bytes()) || !known) {
                throw new RefusedException(AlertCode.AUTH_FAILED, "no such invite");
            }
            enrolledKey = key;
            enrolments++;
            if (loseEnrolmentAnswers) {
                breakConnections();
            }
            Credential device = certify(request);
            return Stream.concat(device.chain().stream(), Stream.of(pki.rootCertificate()))
                    .toList();
        } catch (IOException | GeneralSecurityException malformed) {
            throw new RefusedException(AlertCode.AUTH_FAILED, "malformed request");
        }
    }

    private void serve(ServerEndpoint endpoint, SocketChannel socket) {
        try {
            if (endpoint.accept(socket, Incident.fresh(RANDOM)) instanceof Accepted.Connected(SecureChannel channel)) {
                sessions++;
                converse(channel);
            }
        } catch (RefusedHandshakeException | IOException | ProtocolException ended) {
            try {
                socket.close();
            } catch (IOException alreadyClosed) {
                throw new UncheckedIOException(alreadyClosed);
            }
        }
    }

    private void converse(SecureChannel channel) throws IOException, ProtocolException {
        for (ByteBuffer content = channel.receive(); content != null; content = channel.receive()) {
            Reader in = Reader.of(content);
            List<ServerMessage> answers = new ArrayList<>();
            while (in.hasRemaining()) {
                answers.addAll(answer(DeviceMessage.decode(in), channel.sessionId()));
            }
            for (ServerMessage answer : answers) {
                var record = channel.newRecord();
                answer.encode(Writer.into(record.buffer()));
                channel.send(record);
            }
        }
        channel.close();
    }

    private synchronized List<ServerMessage> answer(DeviceMessage message, SessionId session) throws IOException {
        received.add(message instanceof UploadData data ? copy(data) : message);
        Optional<List<ServerMessage>> other = interception.answer(message, this);
        return other.isPresent() ? other.get() : honestly(message, session);
    }

    private static UploadData copy(UploadData data) {
        return new UploadData(
                data.id(), data.offset(), Bytes.copyOf(data.data()).asByteBuffer());
    }

    /** What an honest server does and answers. */
    public synchronized List<ServerMessage> honestly(DeviceMessage message, SessionId session) {
        return switch (message) {
            case Text text -> {
                texts.put(text.counter(), text);
                yield List.of(new TextAck(text.counter()));
            }
            case TextSeal seal -> List.of(groups.computeIfAbsent(seal.group(), _ -> seal(seal, session)));
            case CertificateQuery _ ->
                List.of(new CertificateAnswer(
                        receiptSigner.chain().stream().map(Certificates::encode).toList()));
            case RootListQuery _ -> List.of();
            case UploadOpen open -> open(open);
            case UploadData data -> data(data);
            case UploadSeal seal -> List.of(seal(seal, session));
            case UploadCancel cancel -> {
                uploads.remove(cancel.id());
                yield List.of();
            }
            case RenewalRequest request -> List.of(renew(request));
        };
    }

    private ServerMessage renew(RenewalRequest renewal) {
        try {
            var request = new JcaPKCS10CertificationRequest(renewal.request().toArray());
            Bytes key = Bytes.of(request.getPublicKey().getEncoded());
            Credential device = renewed.computeIfAbsent(key, _ -> certify(request));
            return new RenewalAnswer(
                    device.chain().stream().map(Certificates::encode).toList());
        } catch (IOException | GeneralSecurityException malformed) {
            return new RenewalRefused(RefusalReason.BAD_SIGNATURE, new Incident(0xABCDEF), Duration.ZERO);
        }
    }

    private Credential certify(JcaPKCS10CertificationRequest request) {
        try {
            String name = request.getSubject().toString().substring("CN=".length());
            return pki.request(Role.DEVICE, name)
                    .keys(new KeyPair(request.getPublicKey(), credential.privateKey()))
                    .validity(now.minus(Duration.ofDays(1)), now.plus(lifetime))
                    .issue();
        } catch (GeneralSecurityException malformed) {
            throw new AssertionError(malformed);
        }
    }

    private List<ServerMessage> open(UploadOpen open) {
        Held held = uploads.computeIfAbsent(open.id(), _ -> new Held(open));
        if (held.receipt != null) {
            return List.of(held.receipt);
        }
        if (open.restart()) {
            held.content.reset();
        }
        return List.of(new UploadReady(open.id(), held.content.size(), sha256(held.content()), window));
    }

    private List<ServerMessage> data(UploadData data) {
        Held held = uploads.get(data.id());
        if (held == null || data.offset() != held.content.size()) {
            return List.of(refused(data.id(), RefusalReason.UNKNOWN_UPLOAD, Duration.ZERO));
        }
        held.content.writeBytes(Bytes.copyOf(data.data()).toArray());
        return List.of(new UploadAck(data.id(), held.content.size()));
    }

    private ServerMessage seal(UploadSeal seal, SessionId session) {
        Held held = uploads.get(seal.id());
        if (held == null) {
            return refused(seal.id(), RefusalReason.UNKNOWN_UPLOAD, Duration.ZERO);
        }
        Manifest manifest = manifest(seal.manifest());
        if (manifest.size() != held.content.size() || !manifest.sha256().equals(sha256(held.content()))) {
            return refused(seal.id(), RefusalReason.MISMATCH, Duration.ZERO);
        }
        manifests.add(seal.manifest());
        held.manifest = seal.manifest();
        ReceiptMessage receipt = receipt(seal.id(), seal.manifest(), session);
        held.receipt = receipt;
        return receipt;
    }

    private ReceiptMessage seal(TextSeal seal, SessionId session) {
        Bytes content = Bytes.concat(seal.counters().stream()
                .map(counter -> TextLines.line(texts.get(counter)))
                .toArray(Bytes[]::new));
        Manifest manifest = manifest(seal.manifest());
        if (manifest.size() != content.size() || !manifest.sha256().equals(sha256(content.toArray()))) {
            throw new AssertionError("the sealed texts are not the texts that came");
        }
        manifests.add(seal.manifest());
        return receipt(seal.group(), seal.manifest(), session);
    }

    /** A receipt as the honest server signs it. */
    public ReceiptMessage receipt(ItemId id, Bytes manifest, SessionId session) {
        Bytes receipt =
                new Receipt(now, Manifest.sha256(manifest), Receipt.freshId(RANDOM), session, TrustLevel.WXP2).encode();
        return new ReceiptMessage(id, receipt, DetachedSignature.sign(receipt, receiptSigner));
    }

    public static Refused refused(ItemId id, RefusalReason reason, Duration retryAfter) {
        return new Refused(id, reason, new Incident(0xABCDEF), retryAfter);
    }

    private static Manifest manifest(Bytes json) {
        try {
            return Manifest.decode(json);
        } catch (MalformedEvidenceException malformed) {
            throw new AssertionError(malformed);
        }
    }

    static Bytes sha256(byte[] content) {
        try {
            return Bytes.of(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (GeneralSecurityException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** Nobody is served any more: as long as its thread is waiting for one, a closed listener would still take the next connection. */
    @Override
    public void close() throws IOException {
        listener.close();
        try {
            accepting.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        breakConnections();
    }
}
