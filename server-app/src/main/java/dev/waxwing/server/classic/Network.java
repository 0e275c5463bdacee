package dev.waxwing.server.classic;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;

/** A range of addresses in CIDR notation (RFC 4632, RFC 4291 section 2.3); an address alone is a range of one. */
final class Network {

    private final String text;
    private final byte[] prefix;
    private final int bits;

    private Network(String text, byte[] prefix, int bits) {
        this.text = text;
        this.prefix = prefix;
        this.bits = bits;
    }

    /**
     * Parses {@code 192.168.0.0/16}, {@code fd00::/8}, {@code 10.1.2.3}. Nothing is looked up.
     *
     * @throws IllegalArgumentException if the text is none, or has bits set behind its prefix
     */
    static Network parse(String text) {
        String[] parts = text.strip().split("/", -1);
        byte[] address = address(text, parts[0]);
        int bits = parts.length == 1 ? address.length * 8 : length(text, parts[1]);
        if (parts.length > 2 || bits < 0 || bits > address.length * 8) {
            throw notANetwork(text);
        }
        if (!Arrays.equals(address, masked(address, bits))) {
            throw new IllegalArgumentException(
                    "'" + text + "' has bits set behind its prefix of " + bits + " bits: what range is meant?");
        }
        return new Network(text.strip(), address, bits);
    }

    private static byte[] address(String text, String literal) {
        try {
            // The JDK would take 10.1 for 10.0.0.1.
            if (literal.contains(":") || literal.matches("[0-9]+(\\.[0-9]+){3}")) {
                return InetAddress.ofLiteral(literal).getAddress();
            }
        } catch (IllegalArgumentException e) {
            throw notANetwork(text);
        }
        throw notANetwork(text);
    }

    private static int length(String text, String digits) {
        if (!digits.matches("[0-9]{1,3}")) {
            throw notANetwork(text);
        }
        return Integer.parseInt(digits);
    }

    private static IllegalArgumentException notANetwork(String text) {
        return new IllegalArgumentException("'" + text + "' is not a range of addresses such as 192.168.0.0/16");
    }

    boolean contains(InetAddress address) {
        byte[] bytes = address.getAddress();
        return bytes.length == prefix.length && Arrays.equals(masked(bytes, bits), prefix);
    }

    private static byte[] masked(byte[] address, int bits) {
        byte[] masked = address.clone();
        for (int i = 0; i < masked.length; i++) {
            int kept = Math.clamp(bits - 8L * i, 0, 8);
            masked[i] &= (byte) (0xFF << (8 - kept));
        }
        return masked;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Network network && bits == network.bits && Arrays.equals(prefix, network.prefix);
    }

    @Override
    public int hashCode() {
        return HexFormat.of().formatHex(prefix).hashCode() ^ bits;
    }

    @Override
    public String toString() {
        return text;
    }
}
