package dev.waxwing.server.host;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * A stream of unknown length over the administration socket, before the answer: pieces {@code length u32 | bytes}, the last of length
 * 0. A stream without that last piece was cut off.
 */
final class Frames {

    private static final int LARGEST = 1 << 16;

    private Frames() {}

    /** The sending end; closing it ends the frames and leaves the stream below open. */
    static OutputStream over(OutputStream out) {
        return new Sender(new DataOutputStream(out));
    }

    private static final class Sender extends OutputStream {

        private final DataOutputStream out;
        private final byte[] piece = new byte[LARGEST];
        private int filled;

        Sender(DataOutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            int at = from;
            int left = length;
            while (left > 0) {
                int taken = Math.min(left, LARGEST - filled);
                System.arraycopy(bytes, at, piece, filled, taken);
                filled += taken;
                at += taken;
                left -= taken;
                if (filled == LARGEST) {
                    send();
                }
            }
        }

        private void send() throws IOException {
            out.writeInt(filled);
            out.write(piece, 0, filled);
            filled = 0;
        }

        @Override
        public void close() throws IOException {
            if (filled > 0) {
                send();
            }
            out.writeInt(0);
            out.flush();
        }
    }

    /** Takes all frames; what follows them is left unread. */
    static void receive(InputStream in, OutputStream into) throws IOException {
        DataInputStream pieces = new DataInputStream(in);
        byte[] piece = new byte[LARGEST];
        try {
            for (int length = pieces.readInt(); length != 0; length = pieces.readInt()) {
                if (length < 0 || length > LARGEST) {
                    throw new IOException("not a piece of a stream");
                }
                pieces.readFully(piece, 0, length);
                into.write(piece, 0, length);
            }
        } catch (EOFException e) {
            throw new IOException("the server went away in the middle of it", e);
        }
    }
}
