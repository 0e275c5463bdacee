package dev.waxwing.server.backup;

import static dev.waxwing.server.backup.SealedHeader.CHUNK;
import static dev.waxwing.server.backup.SealedHeader.TAG;

import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;

/**
 * Decrypts what a {@link SealingStream} wrote, and gives out nothing that was not checked. Whoever has read to its end without an
 * exception has read all that was written, and nothing else. Not safe for threads.
 */
final class OpeningStream extends InputStream {

    private final PushbackInputStream in;
    private final SealedHeader header;
    private byte[] chunk = new byte[0];
    private int at;
    private long number;
    private boolean lastSeen;

    /** @throws BackupException when it is no backup, one of a newer format, or the passphrase is another one */
    OpeningStream(InputStream in, BackupPassphrase passphrase) throws IOException {
        this.in = new PushbackInputStream(in, 1);
        this.header = SealedHeader.read(this.in, passphrase);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (at == chunk.length) {
            if (lastSeen) {
                return -1;
            }
            open();
        }
        int taken = Math.min(length, chunk.length - at);
        System.arraycopy(chunk, at, into, from, taken);
        at += taken;
        return taken;
    }

    private void open() throws IOException {
        byte[] sealed = in.readNBytes(CHUNK + TAG);
        int next = in.read();
        boolean last = next < 0;
        if (!last) {
            in.unread(next);
        }
        try {
            chunk = header.cipher(Cipher.DECRYPT_MODE, number, last).doFinal(sealed);
        } catch (GeneralSecurityException e) {
            throw new BackupException(
                    "The backup is damaged or cut off (in part " + (number + 1)
                            + " of 64 KiB). Nothing of it was used.",
                    e);
        }
        at = 0;
        number++;
        lastSeen = last;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
