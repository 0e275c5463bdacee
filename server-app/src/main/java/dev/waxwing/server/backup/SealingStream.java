package dev.waxwing.server.backup;

import static dev.waxwing.server.backup.SealedHeader.CHUNK;

import java.io.IOException;
import java.io.OutputStream;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;

/**
 * Encrypts what is written to it: the header, then chunks of 65,536 bytes, each with a tag of its own. What was written is complete
 * only after {@link #finish}: closing alone leaves a file without a last chunk, which nobody opens. Not safe for threads.
 */
final class SealingStream extends OutputStream {

    private final OutputStream out;
    private final SealedHeader header;
    private final byte[] chunk = new byte[CHUNK];
    private int filled;
    private long number;
    private boolean finished;

    SealingStream(OutputStream out, SealedHeader header) throws IOException {
        this.out = out;
        this.header = header;
        out.write(header.encoded());
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
        if (finished) {
            throw new IOException("nothing is added to what is finished");
        }
        int at = from;
        int left = length;
        while (left > 0) {
            if (filled == CHUNK) {
                seal(false); // More comes, so it is not the last.
            }
            int taken = Math.min(left, CHUNK - filled);
            System.arraycopy(bytes, at, chunk, filled, taken);
            filled += taken;
            at += taken;
            left -= taken;
        }
    }

    /** Writes the last chunk. */
    void finish() throws IOException {
        if (!finished) {
            seal(true);
            finished = true;
            out.flush();
        }
    }

    private void seal(boolean last) throws IOException {
        try {
            out.write(header.cipher(Cipher.ENCRYPT_MODE, number, last).doFinal(chunk, 0, filled));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a chunk is never too long", e);
        }
        number++;
        filled = 0;
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
