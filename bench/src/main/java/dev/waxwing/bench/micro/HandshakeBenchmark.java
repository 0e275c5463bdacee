package dev.waxwing.bench.micro;

import dev.waxwing.bench.pki.Authority;
import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.crypto.Suite;
import dev.waxwing.handshake.Action;
import dev.waxwing.handshake.DeviceHandshake;
import dev.waxwing.handshake.DevicePurpose;
import dev.waxwing.handshake.ServerHandshake;
import dev.waxwing.handshake.ServerHandshake.ServerProof;
import dev.waxwing.handshake.SessionGrant;
import dev.waxwing.handshake.SessionTerms;
import dev.waxwing.trust.Credential;
import dev.waxwing.trust.PeerVerifier;
import dev.waxwing.trust.Role;
import dev.waxwing.trust.StapledStatus;
import dev.waxwing.trust.TrustedRoot;
import dev.waxwing.trust.UntrustedException;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Both ends' state machines from the first message to the session, without sockets and records. */
@State(Scope.Thread)
public class HandshakeBenchmark {

    @Param
    public Provider provider = Provider.JDK;

    private final SecureRandom random = new SecureRandom();
    private final Clock clock = Clock.systemUTC();
    private CryptoProvider crypto;
    private ServerProof proof;
    private DevicePurpose purpose;
    private PeerVerifier devices;

    @Setup
    public void makeCertificates() throws UntrustedException {
        Authority authority = Authority.likeWaxwing();
        TrustedRoot root = TrustedRoot.of(authority.root());
        Credential server = authority.issue(Role.SERVER, "bench-server");
        Credential device = authority.issue(Role.DEVICE, "bench-device");
        Bytes staple = authority.staple(server.certificate());
        crypto = provider.crypto();
        proof = new ServerProof(server, () -> staple, authority.root());
        purpose = new DevicePurpose.Normal(
                device, new PeerVerifier(root, Role.SERVER, new StapledStatus(), clock).refusing(device.certificate()));
        devices = new PeerVerifier(root, Role.DEVICE, (_, _, _, _) -> {}, clock);
    }

    @Benchmark
    public int handshake() throws ProtocolException {
        try (DeviceHandshake device = new DeviceHandshake(crypto, random, Suite.usual(), purpose);
                ServerHandshake server = new ServerHandshake(
                        crypto, random, clock, Suite.usual(), SessionTerms.defaults(), proof, devices)) {
            return converse(device, server);
        }
    }

    /** Carries messages until both ends have their session. */
    private static int converse(DeviceHandshake device, ServerHandshake server) throws ProtocolException {
        Deque<Action> fromDevice = new ArrayDeque<>(device.start());
        Deque<Action> fromServer = new ArrayDeque<>();
        int sessions = 0;
        while (sessions < 2) {
            boolean isDevices = fromServer.isEmpty();
            switch (isDevices ? fromDevice.remove() : fromServer.remove()) {
                case Action.Send(Bytes messages)
                when isDevices -> fromServer.addAll(server.receive(messages.asByteBuffer()));
                case Action.Send(Bytes messages) -> fromDevice.addAll(device.receive(messages.asByteBuffer()));
                case Action.AskAdmission _ -> fromServer.addAll(server.admit(new SessionGrant(0, 4)));
                case Action.Connect connect -> {
                    connect.discard();
                    sessions++;
                }
                case Action other -> other.discard();
            }
        }
        return sessions;
    }
}
