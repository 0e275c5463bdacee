package dev.waxwing.server.media;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import javax.imageio.stream.FileImageInputStream;

/**
 * A file that can be read for so long only. Nothing else stops a decoder, and an image of few bytes can take one hours: a
 * progressive JPEG may repeat its scans at will. Hands out little at a time, so that little is decoded after the time is over.
 */
final class HurriedStream extends FileImageInputStream {

    private static final int MOST_AT_ONCE = 512;

    private final long end;

    HurriedStream(Path file, Duration time) throws IOException {
        super(file.toFile());
        this.end = System.nanoTime() + time.toNanos();
    }

    @Override
    public int read() throws IOException {
        checkTime();
        return super.read();
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        checkTime();
        return super.read(target, offset, Math.min(length, MOST_AT_ONCE));
    }

    private void checkTime() throws IOException {
        if (System.nanoTime() - end > 0) {
            throw new IOException("decoding took too long");
        }
    }
}
