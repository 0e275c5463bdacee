package dev.waxwing.classic;

import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.ProtocolException;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import org.jspecify.annotations.Nullable;

/**
 * A record that has arrived whole and whose MAC is right, still encrypted.
 *
 * <pre>
 *   AES-128-CBC(PKCS#7(plaintext))  |  HMAC-SHA256(ciphertext), 32 bytes
 * </pre>
 *
 * <p>The MAC comes last and must be checked first, so the ciphertext waits in memory, in pieces that are taken as it
 * arrives, never as it was announced, and given back one by one as they are decrypted. Owned by one thread.
 */
final class SealedRecord implements JsonReader.Source {

    private static final int PIECE = 65_536;
    private static final int SHORTEST = SessionKeys.sealedSize(0);

    private final Deque<byte[]> ciphertext;
    private final Cipher cipher;
    private final int size;
    private boolean finished;

    private SealedRecord(Deque<byte[]> ciphertext, Cipher cipher, int size) {
        this.ciphertext = ciphertext;
        this.cipher = cipher;
        this.size = size;
    }

    /**
     * Reads what stands behind the header.
     *
     * @param longest bytes of ciphertext and MAC that are acceptable
     * @throws ProtocolException if the length cannot be, or the MAC is wrong
     */
    static SealedRecord read(Wire wire, int longest, SessionKeys keys) throws IOException, ProtocolException {
        int length = wire.length(SHORTEST, longest);
        int size = length - SessionKeys.MAC_SIZE;
        if (size % SessionKeys.BLOCK != 0) {
            throw ProtocolException.malformed("a record of " + length + " bytes, which is no number of blocks");
        }
        Deque<byte[]> ciphertext = new ArrayDeque<>();
        Mac mac = keys.mac();
        for (int missing = size; missing > 0; ) {
            byte[] piece = wire.exactly(Math.min(missing, PIECE));
            mac.update(piece);
            ciphertext.add(piece);
            missing -= piece.length;
        }
        if (!MessageDigest.isEqual(mac.doFinal(), wire.exactly(SessionKeys.MAC_SIZE))) {
            throw unreadable();
        }
        return new SealedRecord(ciphertext, keys.decrypting(), size);
    }

    /** Bytes of ciphertext: more than the plaintext has, by 1 to 16. */
    int size() {
        return size;
    }

    @Override
    public byte @Nullable [] next() throws ProtocolException {
        while (!finished) {
            byte[] plain = decryptPiece();
            if (plain != null && plain.length > 0) {
                return plain;
            }
        }
        return null;
    }

    /** All of the plaintext at once. */
    byte[] all() throws ProtocolException {
        byte[] whole = new byte[size];
        int length = 0;
        for (byte[] piece = next(); piece != null; piece = next()) {
            System.arraycopy(piece, 0, whole, length, piece.length);
            length += piece.length;
        }
        return Arrays.copyOf(whole, length);
    }

    private byte @Nullable [] decryptPiece() throws ProtocolException {
        byte[] piece = ciphertext.poll();
        if (piece != null) {
            return cipher.update(piece);
        }
        finished = true;
        try {
            return cipher.doFinal();
        } catch (GeneralSecurityException e) {
            throw unreadable();
        }
    }

    /** One failure for MAC, padding and key, without a cause: which of them it was is nobody's business. */
    private static ProtocolException unreadable() {
        return new ProtocolException(AlertCode.PROTOCOL_ERROR, "a record that cannot be opened");
    }
}
