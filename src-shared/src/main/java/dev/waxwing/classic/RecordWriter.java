package dev.waxwing.classic;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.Mac;

/**
 * Makes one record, header and length in front, in one array, because it has to leave in one write; the plaintext comes in
 * pieces. Owned by one thread.
 */
final class RecordWriter {

    private static final int HEAD = Header.SIZE + Integer.BYTES;

    private final Cipher cipher;
    private final Mac mac;
    private final ByteBuffer record;

    /** @param plainSize the exact number of bytes that will be written */
    RecordWriter(Header header, int plainSize, SessionKeys keys) {
        int sealed = SessionKeys.sealedSize(plainSize);
        this.cipher = keys.encrypting();
        this.mac = keys.mac();
        this.record = ByteBuffer.allocate(Math.addExact(HEAD, sealed))
                .put(header.wire())
                .putInt(sealed);
    }

    RecordWriter write(byte[] plain) {
        try {
            cipher.update(ByteBuffer.wrap(plain), record);
            return this;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-CBC failed", e);
        }
    }

    /** Ends the plaintext and gives the whole item. */
    byte[] finish() {
        try {
            record.put(cipher.doFinal());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-CBC failed", e);
        }
        mac.update(record.duplicate().flip().position(HEAD));
        record.put(mac.doFinal());
        if (record.hasRemaining()) {
            throw new IllegalStateException("fewer bytes than were announced");
        }
        return record.array();
    }
}
