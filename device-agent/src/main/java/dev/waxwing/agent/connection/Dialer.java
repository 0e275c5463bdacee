package dev.waxwing.agent.connection;

import dev.waxwing.agent.home.AgentFailure;
import dev.waxwing.enrollment.ServerAddress;
import dev.waxwing.wire.PeerAlertException;
import dev.waxwing.wire.ProtocolException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Tries a server's addresses in order until a handshake succeeds at one of them. Immutable. */
public final class Dialer {

    private final Duration connectTimeout;
    private final Clock clock;

    /**
     * @param connectTimeout how long one address may take to accept a connection
     * @param clock this device's, to be compared with the server's when that is not believed
     */
    public Dialer(Duration connectTimeout, Clock clock) {
        this.connectTimeout = connectTimeout;
        this.clock = clock;
    }

    /** What is done with a fresh connection. It closes the socket if it fails. */
    @FunctionalInterface
    public interface Handshake<T> {

        T run(SocketChannel socket) throws IOException, ProtocolException;
    }

    /** A handshake's result, and where it was reached. */
    public record Reached<T>(ServerAddress address, T value) {}

    /**
     * Tries the addresses in order.
     *
     * @throws AgentFailure if a server refused for good, or none that answered could be believed
     * @throws UnreachableException if it may succeed later
     */
    public <T> Reached<T> dial(List<ServerAddress> addresses, Handshake<T> handshake)
            throws AgentFailure, UnreachableException {
        List<String> reasons = new ArrayList<>();
        ProtocolException unbelieved = null;
        for (ServerAddress address : addresses) {
            try {
                return new Reached<>(address, handshake.run(open(address)));
            } catch (PeerAlertException refused) {
                throw Refusals.temporary(address, refused);
            } catch (ProtocolException broken) {
                unbelieved = broken;
                reasons.add(address + ": " + broken.getMessage());
            } catch (IOException unreachable) {
                reasons.add(address + ": " + describe(unreachable));
            }
        }
        String where = String.join("; ", reasons);
        if (unbelieved != null) {
            throw Refusals.unbelieved(where, unbelieved, clock.instant());
        }
        throw new UnreachableException("the server cannot be reached (%s)".formatted(where), Duration.ZERO, null);
    }

    /**
     * Opens one connection.
     *
     * @throws IOException if the address cannot be found, or does not accept a connection in time
     */
    public SocketChannel open(ServerAddress address) throws IOException {
        InetSocketAddress target = new InetSocketAddress(address.host(), address.port());
        if (target.isUnresolved()) {
            throw new IOException("the name is not known");
        }
        SocketChannel socket = SocketChannel.open();
        boolean connected = false;
        try {
            socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
            socket.socket().connect(target, Math.toIntExact(connectTimeout.toMillis()));
            connected = true;
            return socket;
        } finally {
            if (!connected) {
                socket.close();
            }
        }
    }

    private static String describe(IOException failure) {
        String message = failure.getMessage();
        return message == null ? failure.toString() : message;
    }
}
