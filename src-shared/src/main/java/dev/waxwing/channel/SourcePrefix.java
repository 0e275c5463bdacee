package dev.waxwing.channel;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/**
 * Where a connection comes from, as far as one owner reaches: an IPv4 address, or the /64 of an IPv6 address, because whoever has
 * one address of that has all.
 *
 * @param text for people, {@code 192.0.2.7} or {@code 2001:db8:0:0:0:0:0:0/64}
 */
public record SourcePrefix(String text) {

    private static final int IPV6_LENGTH = 16;
    private static final int IPV6_PREFIX = 8;

    /** The same of an address as the web server spells it. What is no address is a proxy's word for one, and stays as it is. */
    public static SourcePrefix spelled(String address) {
        try {
            return of(InetAddress.ofLiteral(address));
        } catch (IllegalArgumentException e) {
            return new SourcePrefix(address);
        }
    }

    public static SourcePrefix of(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (bytes.length < IPV6_LENGTH) {
            return new SourcePrefix(address.getHostAddress());
        }
        Arrays.fill(bytes, IPV6_PREFIX, IPV6_LENGTH, (byte) 0);
        try {
            return new SourcePrefix(InetAddress.getByAddress(bytes).getHostAddress() + "/64");
        } catch (UnknownHostException e) {
            throw new IllegalStateException("sixteen bytes are an address", e);
        }
    }

    @Override
    public String toString() {
        return text;
    }
}
