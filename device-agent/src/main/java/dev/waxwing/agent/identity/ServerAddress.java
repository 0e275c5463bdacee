package dev.waxwing.agent.identity;

import java.net.InetSocketAddress;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a server listens.
 *
 * @param host a host name, an IPv4 address, or an IPv6 address without brackets
 * @param port 1 to 65535
 */
public record ServerAddress(String host, int port) {

    private static final Pattern SYNTAX =
            Pattern.compile("(?:\\[(?<v6>[0-9A-Fa-f:.]{2,45})]|(?<host>[A-Za-z0-9._-]{1,253})):(?<port>[0-9]{1,5})");

    public ServerAddress {
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("a port is 1 to 65535");
        }
    }

    /**
     * Reads {@code host:port} or {@code [IPv6]:port}.
     *
     * @throws IllegalArgumentException with a message for people
     */
    public static ServerAddress parse(String text) {
        Matcher matcher = SYNTAX.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("an address is written host:port or [IPv6]:port");
        }
        String v6 = matcher.group("v6");
        return new ServerAddress(v6 == null ? matcher.group("host") : v6, Integer.parseInt(matcher.group("port")));
    }

    /** Looks the host up; the result may be unresolved. */
    public InetSocketAddress resolve() {
        return new InetSocketAddress(host, port);
    }

    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
