package dev.waxwing.bench.idle;

import dev.waxwing.bench.device.MemoryDevice;
import dev.waxwing.bench.handshake.ChannelKeys;
import dev.waxwing.bench.pki.KeyFile;
import dev.waxwing.bench.pki.Tls;
import dev.waxwing.bench.process.Commands;
import dev.waxwing.channel.DeviceEndpoint;
import dev.waxwing.channel.DevicePolicy;
import dev.waxwing.channel.SecureChannel;
import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.trust.TrustedRoot;
import dev.waxwing.wire.ProtocolException;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/** Opens sessions and leaves them alone. */
public final class IdleClients {

    private final Opening opening;
    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    private IdleClients(Opening opening) {
        this.opening = opening;
    }

    /** Makes one session more. */
    @FunctionalInterface
    private interface Opening {

        /** @param number how many there are already */
        AutoCloseable open(int number) throws Exception;
    }

    /** What of: {@code channel} and {@code jsse} with directory of the keys and port; {@code server} with a file of invites. */
    public static void main(String[] arguments) throws Exception {
        Opening opening = switch (arguments[0]) {
            case "channel" -> channel(Path.of(arguments[1]), Integer.parseInt(arguments[2]));
            case "jsse" -> jsse(Path.of(arguments[1]), Integer.parseInt(arguments[2]));
            default -> devices(Path.of(arguments[1]));
        };
        IdleClients clients = new IdleClients(opening);
        Commands.serve(
                Map.of(),
                Map.of("open", total -> clients.open(Integer.parseInt(total)), "close", _ -> clients.close()));
    }

    private static Opening channel(Path directory, int port) throws Exception {
        KeyFile keys = KeyFile.read(ChannelKeys.device(directory));
        TrustedRoot root = TrustedRoot.of(keys.root());
        InetSocketAddress server = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        DeviceEndpoint endpoint = new DeviceEndpoint(
                DevicePolicy.defaults(), CryptoProvider.chosen(), new SecureRandom(), Clock.systemUTC());
        return _ -> attended(endpoint.connect(SocketChannel.open(server), keys.credential(), root));
    }

    private static Opening jsse(Path directory, int port) throws IOException {
        SSLSocketFactory sockets =
                KeyFile.read(Tls.client(directory)).sslContext().getSocketFactory();
        return _ -> {
            SSLSocket socket = (SSLSocket) sockets.createSocket("localhost", port);
            socket.setSSLParameters(Tls.clientParameters());
            socket.startHandshake();
            if (socket.getInputStream().read() < 0) {
                throw new EOFException("not accepted");
            }
            return socket;
        };
    }

    /** A device for each session, because a device has one. */
    private static Opening devices(Path invites) throws Exception {
        List<MemoryDevice> devices = MemoryDevice.enrolAll(Files.readAllLines(invites));
        return number -> attended(devices.get(number).connect());
    }

    /** Somebody has to answer the pings. */
    private static AutoCloseable attended(SecureChannel channel) {
        Thread.startVirtualThread(() -> {
            try {
                channel.receive();
            } catch (IOException | ProtocolException ended) {
                // As it does when it is aborted.
            }
        });
        return channel::abort;
    }

    private Map<String, ?> open(int total) throws Exception {
        while (open.size() < total) {
            open.push(opening.open(open.size()));
        }
        return Map.of();
    }

    private Map<String, ?> close() throws Exception {
        while (!open.isEmpty()) {
            open.pop().close();
        }
        return Map.of();
    }
}
