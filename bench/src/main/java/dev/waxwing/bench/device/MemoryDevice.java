package dev.waxwing.bench.device;

import dev.waxwing.agent.spool.FreshIds;
import dev.waxwing.channel.DeviceEndpoint;
import dev.waxwing.channel.DevicePolicy;
import dev.waxwing.channel.EnrolledIdentity;
import dev.waxwing.channel.SecureChannel;
import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.enrollment.Invite;
import dev.waxwing.enrollment.ServerAddress;
import dev.waxwing.handshake.EnrolmentRequestFactory.EnrolmentRequest;
import dev.waxwing.media.ItemId;
import dev.waxwing.trust.Credential;
import dev.waxwing.trust.PeerName;
import dev.waxwing.trust.TrustedRoot;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.SessionId;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.DERPrintableString;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/** A device whose key and counter live no longer than this process. */
public final class MemoryDevice {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Clock CLOCK = Clock.systemUTC();
    private static final FreshIds IDS = new FreshIds(RANDOM, CLOCK);
    private static final DeviceEndpoint ENDPOINT =
            new DeviceEndpoint(DevicePolicy.defaults(), CryptoProvider.chosen(), RANDOM, CLOCK);

    private static final int ENROLLING = 8;

    private final ServerAddress server;
    private final EnrolledIdentity identity;
    private final AtomicLong counter = new AtomicLong();

    private MemoryDevice(ServerAddress server, EnrolledIdentity identity) {
        this.server = server;
        this.identity = identity;
    }

    /** Redeems an invite at the first of its addresses. */
    public static MemoryDevice enrol(Invite invite) throws IOException, ProtocolException {
        ServerAddress server = invite.addresses().getFirst();
        EnrolledIdentity identity = ENDPOINT.enrol(
                connection(server),
                Bytes.of(invite.rootSpkiSha256()),
                invite.name(),
                invite.token().bytes(),
                session -> request(invite.name(), session));
        return new MemoryDevice(server, identity);
    }

    /** Redeems many invites, a few at a time. */
    public static List<MemoryDevice> enrolAll(List<String> invites) throws InterruptedException, ExecutionException {
        try (ExecutorService threads = Executors.newFixedThreadPool(ENROLLING)) {
            List<Callable<MemoryDevice>> tasks = new ArrayList<>();
            for (String invite : invites) {
                tasks.add(() -> enrol(Invite.parse(invite)));
            }
            List<MemoryDevice> devices = new ArrayList<>();
            for (Future<MemoryDevice> device : threads.invokeAll(tasks)) {
                devices.add(device.get());
            }
            return devices;
        }
    }

    /** Opens a session. */
    public SecureChannel connect() throws IOException, ProtocolException {
        return ENDPOINT.connect(connection(server), identity.credential(), identity.root());
    }

    public PeerName name() {
        return identity.name();
    }

    public Credential credential() {
        return identity.credential();
    }

    /** Signs and verifies what is sent in its sessions, as the agent does. */
    public CryptoProvider crypto() {
        return ENDPOINT.crypto();
    }

    public TrustedRoot root() {
        return identity.root();
    }

    /** The number of the next thing that it offers (protocol section 13.1). */
    public long nextCounter() {
        return counter.incrementAndGet();
    }

    /** An id as the agent makes it. */
    public ItemId freshId() {
        return IDS.next();
    }

    private static SocketChannel connection(ServerAddress server) throws IOException {
        return SocketChannel.open(new InetSocketAddress(server.host(), server.port()));
    }

    /** A fresh key and a request for it, bound to the session (protocol section 9.2). */
    private static EnrolmentRequest request(PeerName name, SessionId session) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), RANDOM);
            KeyPair keys = generator.generateKeyPair();
            var builder = new JcaPKCS10CertificationRequestBuilder(new X500Principal("CN=" + name), keys.getPublic());
            builder.addAttribute(
                    PKCSObjectIdentifiers.pkcs_9_at_challengePassword, new DERPrintableString(session.toString()));
            var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate());
            return new EnrolmentRequest(keys, Bytes.of(builder.build(signer).getEncoded()));
        } catch (GeneralSecurityException | OperatorCreationException | IOException impossible) {
            throw new IllegalStateException("a request for a fresh key could not be made", impossible);
        }
    }
}
