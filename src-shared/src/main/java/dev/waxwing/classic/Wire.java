package dev.waxwing.classic;

import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.TruncatedException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * The items of the protocol on a stream. An item is read whole however it arrives, and leaves in one write, because the
 * original takes what one read gives it (docs/classic.md, "Handshake"). Owned by one thread.
 */
final class Wire {

    private final InputStream in;
    private final OutputStream out;

    Wire(InputStream in, OutputStream out) {
        this.in = in;
        this.out = out;
    }

    /** Reads so many bytes, which are taken from memory at once: the caller has bounded them. */
    byte[] exactly(int n) throws IOException {
        byte[] bytes = new byte[n];
        int got = in.readNBytes(bytes, 0, n);
        if (got < n) {
            throw new TruncatedException("the stream ended " + (n - got) + " bytes too early");
        }
        return bytes;
    }

    Header header() throws IOException, ProtocolException {
        byte[] wire = exactly(Header.SIZE);
        for (Header header : Header.values()) {
            if (Arrays.equals(header.wire(), wire)) {
                return header;
            }
        }
        throw ProtocolException.malformed("unknown header " + HexFormat.of().formatHex(wire));
    }

    void expect(Header expected) throws IOException, ProtocolException {
        Header header = header();
        if (header != expected) {
            throw ProtocolException.malformed(header + " where " + expected + " belongs");
        }
    }

    /** Reads a u32 length that must be within the bounds, inclusive. */
    int length(int min, int max) throws IOException, ProtocolException {
        long length =
                Integer.toUnsignedLong(ByteBuffer.wrap(exactly(Integer.BYTES)).getInt());
        if (length < min || length > max) {
            throw ProtocolException.malformed("length " + length + " is not within " + min + " to " + max);
        }
        return (int) length;
    }

    /** Reads a length and so many bytes. */
    byte[] block(int min, int max) throws IOException, ProtocolException {
        return exactly(length(min, max));
    }

    Bytes nonce() throws IOException {
        return Bytes.of(exactly(SessionKeys.NONCE_SIZE));
    }

    /** Writes one item. */
    void send(byte[] item) throws IOException {
        out.write(item);
        out.flush();
    }

    /** Writes header, length and content as one item. */
    void send(Header header, byte[] content) throws IOException {
        send(ByteBuffer.allocate(Header.SIZE + Integer.BYTES + content.length)
                .put(header.wire())
                .putInt(content.length)
                .put(content)
                .array());
    }

    void acknowledge(Acknowledgement acknowledgement, RSAPublicKey peer) throws IOException {
        send(Rsa.encrypt(peer, acknowledgement.text()));
    }

    byte[] acknowledgement() throws IOException {
        return exactly(Rsa.SIZE);
    }

    /** Whether this is that acknowledgement. One that cannot be decrypted takes the path of one that says something else. */
    static boolean says(Acknowledgement expected, byte[] ciphertext, RSAPrivateKey own) {
        byte[] opened = Rsa.decrypt(own, ciphertext);
        byte[] text = opened == null ? new byte[0] : opened;
        return MessageDigest.isEqual(expected.text(), text);
    }
}
