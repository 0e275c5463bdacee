package dev.waxwing.enrollment;

import dev.waxwing.enrollment.InviteException.Fault;
import dev.waxwing.trust.PeerName;
import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;

/**
 * An invite: everything a new device needs to find its server, know it, and be let in once (docs/protocol.md, "Invite").
 *
 * <pre>
 *  "wxi1." base64url without padding of
 *  +---------+----------------------+-------+------------+-----------+----------------------+----------+
 *  | version | root SPKI SHA-256    | token | name       | addresses | address ...          | checksum |
 *  | u8 = 1  | 32                   | 16    | u8 length, | u8 count, | u8 length, host:port | 4        |
 *  |         |                      |       | text       | 1..16     |                      |          |
 *  +---------+----------------------+-------+------------+-----------+----------------------+----------+
 * </pre>
 *
 * The checksum is the first four bytes of SHA-256 over everything before it. It finds slips of the hand; it proves nothing.
 */
public final class Invite {

    /** What every invite starts with. */
    public static final String PREFIX = "wxi1.";

    /** Most addresses in one invite. */
    public static final int MAX_ADDRESSES = 16;

    private static final int VERSION = 0x01;
    private static final int PIN_LENGTH = 32;
    private static final int CHECKSUM_LENGTH = 4;
    private static final int MAX_BYTES = 1
            + PIN_LENGTH
            + InviteToken.LENGTH
            + 1
            + 63
            + 1
            + MAX_ADDRESSES * (1 + ServerAddress.MAX_LENGTH)
            + CHECKSUM_LENGTH;
    private static final int MAX_CHARACTERS = PREFIX.length() + (MAX_BYTES * 4 + 2) / 3;

    private final byte[] rootSpkiSha256;
    private final InviteToken token;
    private final PeerName name;
    private final List<ServerAddress> addresses;

    /**
     * An invite of these parts.
     *
     * @param rootSpkiSha256 SHA-256 of the root's SubjectPublicKeyInfo, 32 bytes
     * @param token the one-time secret
     * @param name the device's name
     * @param addresses where to connect, best first, 1 to 16
     * @throws IllegalArgumentException when a part is outside its range
     */
    public Invite(byte[] rootSpkiSha256, InviteToken token, PeerName name, List<ServerAddress> addresses) {
        if (rootSpkiSha256.length != PIN_LENGTH) {
            throw new IllegalArgumentException("the pin has " + PIN_LENGTH + " bytes");
        }
        if (addresses.isEmpty() || addresses.size() > MAX_ADDRESSES) {
            throw new IllegalArgumentException("an invite has 1 to " + MAX_ADDRESSES + " addresses");
        }
        this.rootSpkiSha256 = rootSpkiSha256.clone();
        this.token = token;
        this.name = name;
        this.addresses = List.copyOf(addresses);
    }

    /**
     * Reads an invite; white space around it is allowed, nothing else is.
     *
     * @throws InviteException with a message for the person who pasted the text
     */
    public static Invite parse(String text) throws InviteException {
        String trimmed = text.strip();
        if (!trimmed.startsWith(PREFIX)) {
            throw new InviteException(Fault.PREFIX);
        }
        if (trimmed.length() > MAX_CHARACTERS) {
            throw new InviteException(Fault.TOO_LONG);
        }
        return read(checked(decode(trimmed.substring(PREFIX.length()))));
    }

    private static byte[] decode(String encoded) throws InviteException {
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(encoded);
            // The decoder forgives padding and stray bits; an invite has one spelling only.
            if (!Base64.getUrlEncoder().withoutPadding().encodeToString(bytes).equals(encoded)) {
                throw new InviteException(Fault.ENCODING);
            }
            return bytes;
        } catch (IllegalArgumentException e) {
            throw new InviteException(Fault.ENCODING);
        }
    }

    private static ByteBuffer checked(byte[] bytes) throws InviteException {
        int length = bytes.length - CHECKSUM_LENGTH;
        if (length < 1) {
            throw new InviteException(Fault.CHECKSUM);
        }
        byte[] content = Arrays.copyOf(bytes, length);
        byte[] stated = Arrays.copyOfRange(bytes, length, bytes.length);
        if (!Arrays.equals(stated, checksum(content))) {
            throw new InviteException(Fault.CHECKSUM);
        }
        return ByteBuffer.wrap(content);
    }

    private static Invite read(ByteBuffer content) throws InviteException {
        try {
            if (content.get() != VERSION) {
                throw new InviteException(Fault.VERSION);
            }
            byte[] pin = new byte[PIN_LENGTH];
            content.get(pin);
            byte[] token = new byte[InviteToken.LENGTH];
            content.get(token);
            PeerName name = name(text(content));
            List<ServerAddress> addresses = addresses(content);
            if (content.hasRemaining()) {
                throw new InviteException(Fault.STRUCTURE);
            }
            return new Invite(pin, InviteToken.of(token), name, addresses);
        } catch (BufferUnderflowException e) {
            throw new InviteException(Fault.STRUCTURE);
        }
    }

    private static PeerName name(String text) throws InviteException {
        if (!PeerName.isValid(text)) {
            throw new InviteException(Fault.NAME);
        }
        return new PeerName(text);
    }

    private static List<ServerAddress> addresses(ByteBuffer content) throws InviteException {
        int count = Byte.toUnsignedInt(content.get());
        if (count < 1 || count > MAX_ADDRESSES) {
            throw new InviteException(Fault.ADDRESS);
        }
        List<ServerAddress> addresses = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            addresses.add(address(text(content)));
        }
        return addresses;
    }

    private static ServerAddress address(String text) throws InviteException {
        try {
            return ServerAddress.parse(text);
        } catch (IllegalArgumentException e) {
            throw new InviteException(Fault.ADDRESS);
        }
    }

    private static String text(ByteBuffer content) {
        byte[] bytes = new byte[Byte.toUnsignedInt(content.get())];
        content.get(bytes);
        // Not ASCII becomes U+FFFD here, which neither a name nor an address may hold.
        return new String(bytes, StandardCharsets.US_ASCII);
    }

    private static byte[] checksum(byte[] content) {
        try {
            return Arrays.copyOf(MessageDigest.getInstance("SHA-256").digest(content), CHECKSUM_LENGTH);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** The invite as one string. It holds the token: treat it as a secret. */
    public String encode() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(VERSION);
        out.writeBytes(rootSpkiSha256);
        out.writeBytes(token.bytes());
        writeText(out, name.value());
        out.write(addresses.size());
        for (ServerAddress address : addresses) {
            writeText(out, address.toString());
        }
        out.writeBytes(checksum(out.toByteArray()));
        return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(out.toByteArray());
    }

    private static void writeText(ByteArrayOutputStream out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        out.write(bytes.length);
        out.writeBytes(bytes);
    }

    /** SHA-256 of the root's SubjectPublicKeyInfo: the only root this device will believe. A copy, 32 bytes. */
    public byte[] rootSpkiSha256() {
        return rootSpkiSha256.clone();
    }

    /** The one-time secret. */
    public InviteToken token() {
        return token;
    }

    /** The name the device will have. */
    public PeerName name() {
        return name;
    }

    /** Where to connect, to be tried in this order. */
    public List<ServerAddress> addresses() {
        return addresses;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Invite invite
                && Arrays.equals(rootSpkiSha256, invite.rootSpkiSha256)
                && token.equals(invite.token)
                && name.equals(invite.name)
                && addresses.equals(invite.addresses);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(rootSpkiSha256) * 31 + name.hashCode();
    }

    @Override
    public String toString() {
        return "Invite[name=" + name + ", root=" + HexFormat.of().formatHex(rootSpkiSha256) + ", addresses=" + addresses
                + "]";
    }
}
