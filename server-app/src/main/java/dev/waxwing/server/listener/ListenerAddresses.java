package dev.waxwing.server.listener;

import dev.waxwing.ca.enrollment.PublicAddresses;
import dev.waxwing.enrollment.Invite;
import dev.waxwing.enrollment.ServerAddress;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;

/** Where devices reach the listener, for invites. Any thread may call. */
@Component
public final class ListenerAddresses implements PublicAddresses {

    private static final String LOOPBACK = "127.0.0.1";

    private final ListenerProperties properties;
    private volatile int boundPort;

    public ListenerAddresses(ListenerProperties properties) {
        this.properties = properties;
        this.boundPort = properties.port();
    }

    /** The listener has its port. */
    void bound(int port) {
        boundPort = port;
    }

    @Override
    public List<ServerAddress> addresses() {
        String configured = properties.publicAddress();
        if (configured != null) {
            return List.of(ServerAddress.parse(configured));
        }
        int port = boundPort;
        if (port == 0) {
            throw new IllegalStateException("The listener's port is not known while the server is not running."
                    + " Start the server first, or set waxwing.listener.port or waxwing.listener.public-address.");
        }
        return hosts().limit(Invite.MAX_ADDRESSES)
                .map(host -> new ServerAddress(host, port))
                .toList();
    }

    private Stream<String> hosts() {
        try {
            InetAddress bind = InetAddress.getByName(properties.bind());
            if (!bind.isAnyLocalAddress()) {
                return Stream.of(bind.getHostAddress());
            }
            List<String> own = NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
                    .sorted(Comparator.comparing(address -> !(address instanceof Inet4Address)))
                    .map(address -> address.getHostAddress().replaceAll("%.*", ""))
                    .distinct()
                    .limit(Invite.MAX_ADDRESSES - 1L)
                    .toList();
            return Stream.concat(own.stream(), Stream.of(LOOPBACK));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("waxwing.listener.bind is no address: " + properties.bind(), e);
        } catch (SocketException e) {
            throw new IllegalStateException("this host does not tell its addresses", e);
        }
    }
}
