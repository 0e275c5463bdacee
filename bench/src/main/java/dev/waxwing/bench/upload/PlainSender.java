package dev.waxwing.bench.upload;

import dev.waxwing.bench.process.Commands;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Map;

/** Sends a file through a plain connection and waits for the answer. */
final class PlainSender {

    /** What is read, sent, received and written at once. */
    static final int CHUNK = 256 * 1024;

    private final ByteBuffer buffer = ByteBuffer.allocateDirect(CHUNK);
    private final InetSocketAddress receiver;
    private final Path file;
    private final Care care;

    private PlainSender(InetSocketAddress receiver, Path file, Care care) {
        this.receiver = receiver;
        this.file = file;
        this.care = care;
    }

    /** File; port of the receiver; directory of the keys, unused; what care to take. */
    public static void main(String[] arguments) throws IOException {
        PlainSender sender = new PlainSender(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[1])),
                Path.of(arguments[0]),
                Care.named(arguments[3]));
        Commands.serve(Map.of(), Map.of("sample", _ -> sender.sample()));
    }

    private Map<String, ?> sample() throws IOException {
        long begin = System.nanoTime();
        long sent = 0;
        Care.Hash hash = care.newHash();
        try (FileChannel in = FileChannel.open(file);
                SocketChannel connection = SocketChannel.open(receiver)) {
            while (in.read(buffer.clear()) >= 0) {
                hash.add(buffer.flip());
                while (buffer.hasRemaining()) {
                    sent += connection.write(buffer);
                }
            }
            connection.shutdownOutput();
            buffer.clear().limit(care.answer());
            while (buffer.hasRemaining()) {
                if (connection.read(buffer) < 0) {
                    throw new EOFException("no answer");
                }
            }
            if (!buffer.flip().equals(ByteBuffer.wrap(hash.result()))) {
                throw new IOException("another answer than expected");
            }
        }
        return Commands.done(sent, System.nanoTime() - begin);
    }
}
