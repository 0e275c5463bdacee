package dev.waxwing.enrollment;

import java.util.regex.Pattern;

/**
 * Where a server listens, as an invite spells it: {@code host:port}, an IPv6 host in brackets.
 *
 * @param host a host name, an IPv4 address, or an IPv6 address without its brackets
 * @param port 1 to 65535
 */
public record ServerAddress(String host, int port) {

    /** Longest spelling in characters (docs/protocol.md, "Invite"). */
    public static final int MAX_LENGTH = 255;

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9._-]{0,251}[A-Za-z0-9.])?");
    private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:.]{2,45}(%[A-Za-z0-9._-]{1,32})?");
    private static final Pattern PORT = Pattern.compile("[1-9][0-9]{0,4}");

    /** @throws IllegalArgumentException when host or port cannot be one */
    public ServerAddress {
        boolean ipv6 = host.indexOf(':') >= 0;
        if (!(ipv6 ? IPV6 : NAME).matcher(host).matches()) {
            throw new IllegalArgumentException("not a host name or address");
        }
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("a port is a number from 1 to 65535");
        }
        if (spell(host, port).length() > MAX_LENGTH) {
            throw new IllegalArgumentException("an address has at most " + MAX_LENGTH + " characters");
        }
    }

    /**
     * Reads {@code host:port}.
     *
     * @throws IllegalArgumentException when {@code text} is anything else
     */
    public static ServerAddress parse(String text) {
        int colon = text.lastIndexOf(':');
        if (text.length() > MAX_LENGTH || colon < 1) {
            throw new IllegalArgumentException("an address is spelled host:port");
        }
        String port = text.substring(colon + 1);
        if (!PORT.matcher(port).matches()) {
            throw new IllegalArgumentException("a port is a number from 1 to 65535");
        }
        return new ServerAddress(host(text.substring(0, colon)), Integer.parseInt(port));
    }

    private static String host(String spelled) {
        boolean bracketed = spelled.startsWith("[") && spelled.endsWith("]");
        if (bracketed != spelled.indexOf(':') >= 0) {
            throw new IllegalArgumentException("an IPv6 address, and nothing else, stands in brackets");
        }
        return bracketed ? spelled.substring(1, spelled.length() - 1) : spelled;
    }

    private static String spell(String host, int port) {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }

    @Override
    public String toString() {
        return spell(host, port);
    }
}
