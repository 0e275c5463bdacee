package dev.waxwing.server;

import dev.waxwing.channel.DeviceEndpoint;
import dev.waxwing.channel.DevicePolicy;
import dev.waxwing.channel.EnrolledIdentity;
import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.enrollment.Invite;
import dev.waxwing.evidence.DetachedSignature;
import dev.waxwing.evidence.Manifest;
import dev.waxwing.handshake.EnrolmentRequestFactory.EnrolmentRequest;
import dev.waxwing.media.ItemId;
import dev.waxwing.media.UploadOpen;
import dev.waxwing.media.UploadSeal;
import dev.waxwing.trust.Credential;
import dev.waxwing.trust.PeerName;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.SessionId;
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

    private final int port;
    private final EnrolledIdentity identity;
    private final DeviceEndpoint endpoint;
    private final AtomicLong counter = new AtomicLong();

    private TestDevice(int port, EnrolledIdentity identity, DeviceEndpoint endpoint) {
        this.port = port;
        this.identity = identity;
        this.endpoint = endpoint;
    }

    static TestDevice enrol(int port, Invite invite) throws IOException, ProtocolException {
        DeviceEndpoint endpoint = endpoint(Clock.systemUTC());
        EnrolledIdentity identity = endpoint.enrol(
                socket(port),
                Bytes.of(invite.rootSpkiSha256()),
                invite.name(),
                invite.token().bytes(),
                session -> request(invite.name(), session));
        return new TestDevice(port, identity, endpoint);
    }

    /** The same device towards a server that was started again on another port. */
    TestDevice at(int otherPort) {
        TestDevice moved = new TestDevice(otherPort, identity, endpoint);
        moved.counter.set(counter.get());
        return moved;
    }

    private static DeviceEndpoint endpoint(Clock clock) {
        return new DeviceEndpoint(DevicePolicy.defaults(), CryptoProvider.best(), RANDOM, clock);
    }

    /** The same device with another certificate. */
    TestDevice with(Credential credential) {
        TestDevice renewed =
                new TestDevice(port, new EnrolledIdentity(identity.name(), credential, identity.root()), endpoint);
        renewed.counter.set(counter.get());
        return renewed;
    }

    /** The same device with another clock. */
    TestDevice withClock(Clock clock) {
        return new TestDevice(port, identity, endpoint(clock));
    }

    TestSession connect() throws IOException, ProtocolException {
        return new TestSession(endpoint.connect(socket(port), identity.credential(), identity.root()));
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
        return new UploadOpen(ItemId.fresh(RANDOM), nextCounter(), content.length, CAPTURED, false, mediaType, name);
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

    static ItemId freshId() {
        return ItemId.fresh(RANDOM);
    }

    static Bytes sha256(byte[] content) {
        try {
            return Bytes.of(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static SocketChannel socket(int port) throws IOException {
        return SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }

    /** A fresh key and a request for it, made for one session. */
    static EnrolmentRequest request(PeerName name, SessionId session) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), RANDOM);
            KeyPair keys = generator.generateKeyPair();
            var builder = new JcaPKCS10CertificationRequestBuilder(new X500Principal("CN=" + name), keys.getPublic());
            builder.addAttribute(
                    PKCSObjectIdentifiers.pkcs_9_at_challengePassword, new DERPrintableString(session.toString()));
            var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate());
            return new EnrolmentRequest(keys, Bytes.of(builder.build(signer).getEncoded()));
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw new AssertionError(e);
        }
    }
}
