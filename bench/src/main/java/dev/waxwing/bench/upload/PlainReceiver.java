package dev.waxwing.bench.upload;

import dev.waxwing.bench.process.Commands;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/** Writes what comes through a plain connection into a new file, and answers with one byte. */
final class PlainReceiver {

    private PlainReceiver() {}

    /** Directory; whether to wait for the disk. */
    public static void main(String[] arguments) throws IOException {
        Path directory = Path.of(arguments[0]);
        boolean synced = Boolean.parseBoolean(arguments[1]);
        ServerSocketChannel server =
                ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        Thread.ofPlatform().daemon().start(() -> receiveAll(server, directory, synced));
        Commands.serve(Map.of("port", server.socket().getLocalPort()), Map.of());
    }

    private static void receiveAll(ServerSocketChannel server, Path directory, boolean synced) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(PlainSender.CHUNK);
        for (int number = 0; ; number++) {
            try (SocketChannel connection = server.accept()) {
                receive(connection, directory.resolve("received-" + number), synced, buffer);
            } catch (IOException failed) {
                failed.printStackTrace();
            }
        }
    }

    private static void receive(SocketChannel connection, Path file, boolean synced, ByteBuffer buffer)
            throws IOException {
        try (FileChannel out = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            while (connection.read(buffer.clear()) >= 0) {
                buffer.flip();
                while (buffer.hasRemaining()) {
                    out.write(buffer);
                }
            }
            if (synced) {
                out.force(false);
            }
        }
        connection.write(ByteBuffer.allocate(1));
    }
}
