package dev.waxwing.server;

import dev.waxwing.channel.DeviceEndpoint;
import dev.waxwing.channel.DevicePolicy;
import dev.waxwing.channel.EnrolledIdentity;
import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.enrollment.Invite;
import dev.waxwing.enrollment.InviteToken;
import dev.waxwing.evidence.DetachedSignature;
import dev.waxwing.evidence.Manifest;
import dev.waxwing.handshake.Action;
import dev.waxwing.handshake.DeviceHandshake;
import dev.waxwing.handshake.DevicePurpose;
import dev.waxwing.handshake.EnrolmentRequestFactory.EnrolmentRequest;
import dev.waxwing.media.ItemId;
import dev.waxwing.media.RenewalAnswer;
import dev.waxwing.media.RenewalRequest;
import dev.waxwing.media.UploadOpen;
import dev.waxwing.media.UploadSeal;
import dev.waxwing.trust.Certificates;
import dev.waxwing.trust.Credential;
import dev.waxwing.trust.PeerName;
import dev.waxwing.trust.PeerVerifier;
import dev.waxwing.trust.RevokedAuthorities;
import dev.waxwing.trust.Role;
import dev.waxwing.trust.StapledStatus;
import dev.waxwing.trust.TimeFloor;
import dev.waxwing.trust.TrustedRoots;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.SessionId;
import dev.waxwing.wire.Writer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.DERPrintableString;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/** A device that enrolled at a server, and its counter. */
final class TestDevice {

    static final Instant CAPTURED = Instant.parse("2026-01-31T09:30:00Z");

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final AtomicLong LAST_ID = new AtomicLong();

    private final int port;
    private final InetAddress source;
    private final EnrolledIdentity identity;
    private final DeviceEndpoint endpoint;
    private final AtomicLong counter = new AtomicLong();

    private TestDevice(int port, InetAddress source, EnrolledIdentity identity, DeviceEndpoint endpoint) {
        this.port = port;
        this.source = source;
        this.identity = identity;
        this.endpoint = endpoint;
    }

    static TestDevice enrol(int port, Invite invite) throws IOException, ProtocolException {
        InetAddress source = InetAddress.getLoopbackAddress();
        DeviceEndpoint endpoint = endpoint(Clock.systemUTC());
        EnrolledIdentity identity = endpoint.enrol(
                socket(port, source),
                Bytes.of(invite.rootSpkiSha256()),
                invite.name(),
                invite.token().bytes(),
                session -> request(invite.name(), session));
        return new TestDevice(port, source, identity, endpoint);
    }

    /** The same device towards a server that was started again on another port. */
    TestDevice at(int otherPort) {
        TestDevice moved = new TestDevice(otherPort, source, identity, endpoint);
        moved.counter.set(counter.get());
        return moved;
    }

    /** The same device at another address of this host's loopback network. */
    TestDevice from(InetAddress otherSource) {
        TestDevice moved = new TestDevice(port, otherSource, identity, endpoint);
        moved.counter.set(counter.get());
        return moved;
    }

    private static DeviceEndpoint endpoint(Clock clock) {
        return new DeviceEndpoint(DevicePolicy.defaults(), CryptoProvider.best(), RANDOM, clock);
    }

    /** The same device with another certificate. */
    TestDevice with(Credential credential) {
        TestDevice renewed = new TestDevice(
                port, source, new EnrolledIdentity(identity.name(), credential, identity.root()), endpoint);
        renewed.counter.set(counter.get());
        return renewed;
    }

    /** The same device with another clock. */
    TestDevice withClock(Clock clock) {
        return new TestDevice(port, source, identity, endpoint(clock));
    }

    TestSession connect() throws IOException, ProtocolException {
        return new TestSession(endpoint.connect(socket(port, source), identity.credential(), identity.root()));
    }

    /** Learns from the list of its root that the server shows, whether it lets the device in or not. */
    TestSession connect(RevokedAuthorities revoked) throws IOException, ProtocolException {
        return new TestSession(endpoint.connect(
                socket(port, source),
                identity.credential(),
                TrustedRoots.of(identity.root()),
                new TimeFloor(),
                revoked));
    }

    /** The plain record of a ClientHello, in hex. */
    String helloRecord() {
        PeerVerifier servers = new PeerVerifier(identity.root(), Role.SERVER, new StapledStatus(), Clock.systemUTC());
        DevicePurpose purpose = new DevicePurpose.Normal(identity.credential(), servers);
        try (DeviceHandshake handshake = new DeviceHandshake(
                CryptoProvider.best(), RANDOM, DevicePolicy.defaults().suites(), purpose)) {
            Bytes messages = ((Action.Send) handshake.start().getFirst()).messages();
            Bytes inner = Writer.growing().bytes(messages).u8(0x01).toBytes();
            return Writer.growing()
                    .u8(0xD5)
                    .u8(0x01)
                    .u24(0)
                    .vec24(inner)
                    .toBytes()
                    .hex();
        }
    }

    String name() {
        return identity.name().value();
    }

    Credential credential() {
        return identity.credential();
    }

    long nextCounter() {
        return counter.incrementAndGet();
    }

    UploadOpen offer(String name, String mediaType, byte[] content) {
        return new UploadOpen(freshId(), nextCounter(), content.length, CAPTURED, false, mediaType, name);
    }

    static UploadOpen restarted(UploadOpen offer) {
        return new UploadOpen(
                offer.id(), offer.counter(), offer.size(), offer.capturedAt(), true, offer.mediaType(), offer.name());
    }

    Manifest manifest(UploadOpen offer, byte[] content) {
        return new Manifest(
                identity.name(),
                offer.id(),
                offer.counter(),
                offer.name(),
                offer.mediaType(),
                content.length,
                sha256(content),
                offer.capturedAt(),
                Manifest.NONE_BEFORE);
    }

    UploadSeal seal(Manifest manifest) {
        Bytes encoded = manifest.encode();
        return new UploadSeal(manifest.uploadId(), encoded, DetachedSignature.sign(encoded, identity.credential()));
    }

    /** Begins with a time, as the agent's ids do, and is beyond all before. */
    static ItemId freshId() {
        long millis = LAST_ID.updateAndGet(last -> Math.max(last + 1, System.currentTimeMillis()));
        byte[] unique = new byte[10];
        RANDOM.nextBytes(unique);
        return ItemId.parse("%012x".formatted(millis) + Bytes.of(unique).hex());
    }

    static Bytes sha256(byte[] content) {
        try {
            return Bytes.of(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static SocketChannel socket(int port, InetAddress source) throws IOException {
        SocketChannel socket = SocketChannel.open();
        try {
            socket.bind(new InetSocketAddress(source, 0));
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** A fresh key and a request for it, made for one session. */
    static EnrolmentRequest request(PeerName name, SessionId session) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), RANDOM);
            return request(name, session, generator.generateKeyPair());
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** A request for this key, made for one session. */
    static EnrolmentRequest request(PeerName name, SessionId session, KeyPair keys) {
        try {
            var builder = new JcaPKCS10CertificationRequestBuilder(new X500Principal("CN=" + name), keys.getPublic());
            builder.addAttribute(
                    PKCSObjectIdentifiers.pkcs_9_at_challengePassword, new DERPrintableString(session.toString()));
            var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate());
            return new EnrolmentRequest(keys, Bytes.of(builder.build(signer).getEncoded()));
        } catch (OperatorCreationException | IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Asks for the next certificate, for the key of {@code keys}. */
    TestDevice renew(TestSession session, KeyPair keys) throws Exception {
        session.send(new RenewalRequest(
                true,
                request(identity.name(), session.channel().sessionId(), keys).pkcs10()));
        return with(new Credential(
                keys.getPrivate(),
                Certificates.parseAll(
                        session.expectAfterAcks(RenewalAnswer.class).chain())));
    }

    /** Asks to be let back in with its key. */
    TestDevice comeBack() throws IOException, ProtocolException {
        KeyPair keys = new KeyPair(
                credential().certificate().getPublicKey(), credential().privateKey());
        return with(endpoint.enrol(
                        socket(port, source),
                        identity.root().spkiSha256(),
                        identity.name(),
                        new byte[InviteToken.LENGTH],
                        session -> request(identity.name(), session, keys))
                .credential());
    }

    static KeyPair freshKeys() {
        return request(new PeerName("any"), new SessionId(Bytes.of(new byte[16])))
                .keys();
    }
}
