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

/** Writes what comes through a plain connection into a new file, and answers. */
final class PlainReceiver {

    private PlainReceiver() {}

    /** Directory; what care to take. */
    public static void main(String[] arguments) throws IOException {
        Path directory = Path.of(arguments[0]);
        Care care = Care.named(arguments[1]);
        ServerSocketChannel server =
                ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        Thread.ofPlatform().daemon().start(() -> receiveAll(server, directory, care));
        Commands.serve(Map.of("port", server.socket().getLocalPort()), Map.of());
    }

    private static void receiveAll(ServerSocketChannel server, Path directory, Care care) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(PlainSender.CHUNK);
        for (int number = 0; ; number++) {
            try (SocketChannel connection = server.accept()) {
                receive(connection, directory.resolve("received-" + number), care, buffer);
            } catch (IOException failed) {
                failed.printStackTrace();
            }
        }
    }

    private static void receive(SocketChannel connection, Path file, Care care, ByteBuffer buffer) throws IOException {
        Care.Hash hash = care.newHash();
        try (FileChannel out = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            while (connection.read(buffer.clear()) >= 0) {
                hash.add(buffer.flip());
                while (buffer.hasRemaining()) {
                    out.write(buffer);
                }
            }
            if (care.syncs()) {
                out.force(false);
            }
        }
        connection.write(ByteBuffer.wrap(hash.result()));
    }
}
