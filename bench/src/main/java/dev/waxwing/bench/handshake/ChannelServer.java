package dev.waxwing.bench.handshake;

import dev.waxwing.bench.pki.KeyFile;
import dev.waxwing.bench.process.Commands;
import dev.waxwing.channel.Accepted;
import dev.waxwing.channel.RefusedException;
import dev.waxwing.channel.RefusedHandshakeException;
import dev.waxwing.channel.SecureChannel;
import dev.waxwing.channel.ServerEndpoint;
import dev.waxwing.channel.ServerIdentity;
import dev.waxwing.channel.ServerPolicy;
import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.handshake.SessionGrant;
import dev.waxwing.trust.AuthoritySignatures;
import dev.waxwing.trust.CertificateStatus;
import dev.waxwing.trust.Credential;
import dev.waxwing.trust.PeerVerifier;
import dev.waxwing.trust.Role;
import dev.waxwing.trust.TrustedRoot;
import dev.waxwing.trust.UntrustedException;
import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.Incident;
import dev.waxwing.wire.ProtocolException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.Map;
import java.util.Set;

/** The channel's server end without the server: no database, and the one device that there is in memory. */
public final class ChannelServer {

    private final ServerEndpoint endpoint;
    private final SecureRandom random;

    private ChannelServer(ServerEndpoint endpoint, SecureRandom random) {
        this.endpoint = endpoint;
        this.random = random;
    }

    /** Directory of the keys. */
    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[0]);
        KeyFile keys = KeyFile.read(ChannelKeys.server(directory));
        X509Certificate device =
                KeyFile.read(ChannelKeys.device(directory)).credential().certificate();
        SecureRandom random = new SecureRandom();
        Clock clock = Clock.systemUTC();
        CryptoProvider crypto = CryptoProvider.chosen();
        ServerEndpoint endpoint = new ServerEndpoint(
                ServerPolicy.defaults(),
                crypto,
                random,
                clock,
                new Identity(keys, Bytes.of(Files.readAllBytes(ChannelKeys.staple(directory)))),
                new PeerVerifier(
                        TrustedRoot.of(keys.root()),
                        Role.DEVICE,
                        knownOnly(Set.of(device)),
                        clock,
                        new AuthoritySignatures(crypto)),
                (_, _) -> new SessionGrant(0, 4),
                (_, _, _) -> {
                    throw new RefusedException(AlertCode.AUTH_FAILED, "nobody is invited");
                });
        ServerSocketChannel server = ServerSocketChannel.open()
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), JsseServer.BACKLOG);
        ChannelServer channels = new ChannelServer(endpoint, random);
        Thread.ofPlatform().daemon().start(() -> channels.acceptAll(server));
        Commands.serve(Map.of("port", server.socket().getLocalPort()), Map.of());
    }

    private static CertificateStatus knownOnly(Set<X509Certificate> known) {
        return (leaf, _, _, _) -> {
            if (!known.contains(leaf)) {
                throw new UntrustedException(UntrustedException.Reason.NOT_IN_INVENTORY, "not the device");
            }
        };
    }

    private void acceptAll(ServerSocketChannel server) {
        while (true) {
            try {
                SocketChannel connection = server.accept();
                Thread.startVirtualThread(() -> serve(connection));
            } catch (IOException failed) {
                failed.printStackTrace();
            }
        }
    }

    private void serve(SocketChannel connection) {
        try {
            if (endpoint.accept(connection, Incident.fresh(random))
                    instanceof Accepted.Connected(SecureChannel channel)) {
                // As the server does: a new stack, which the handshake has not made deep.
                Thread.startVirtualThread(() -> receive(channel));
            }
        } catch (IOException | RefusedHandshakeException failed) {
            failed.printStackTrace();
        }
    }

    private static void receive(SecureChannel channel) {
        try {
            channel.receive();
        } catch (IOException | ProtocolException closedWithoutCeremony) {
            // As every client here does.
        } finally {
            channel.abort();
        }
    }

    private record Identity(KeyFile keys, Bytes staple) implements ServerIdentity {

        @Override
        public Credential credential() {
            return keys.credential();
        }

        @Override
        public Bytes ocspStaple(X509Certificate certificate) {
            return staple;
        }

        @Override
        public X509Certificate root() {
            return keys.root();
        }
    }
}
