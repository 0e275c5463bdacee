package dev.waxwing.server.admission;

import java.net.InetAddress;

/**
 * A range of addresses.
 *
 * @param first any address of it
 * @param bits how many leading bits all its addresses share
 */
record SourceRange(InetAddress first, int bits) {

    /**
     * Parses {@code 192.0.2.0/24}, {@code 2001:db8::/32} or a single address. Names are not looked up.
     *
     * @throws IllegalArgumentException if it is anything else
     */
    static SourceRange parse(String text) {
        int slash = text.indexOf('/');
        InetAddress address = InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash));
        int all = address.getAddress().length * Byte.SIZE;
        int bits = slash < 0 ? all : Integer.parseInt(text.substring(slash + 1));
        if (bits < 0 || bits > all) {
            throw new IllegalArgumentException("a prefix of " + bits + " bits in " + text);
        }
        return new SourceRange(address, bits);
    }

    boolean contains(InetAddress address) {
        byte[] ours = first.getAddress();
        byte[] theirs = address.getAddress();
        if (ours.length != theirs.length) {
            return false;
        }
        for (int bit = 0; bit < bits; bit++) {
            int mask = 0x80 >> bit % Byte.SIZE;
            if (((ours[bit / Byte.SIZE] ^ theirs[bit / Byte.SIZE]) & mask) != 0) {
                return false;
            }
        }
        return true;
    }
}
