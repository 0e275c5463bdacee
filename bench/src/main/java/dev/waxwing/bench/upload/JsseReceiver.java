package dev.waxwing.bench.upload;

import dev.waxwing.bench.pki.KeyFile;
import dev.waxwing.bench.pki.Tls;
import dev.waxwing.bench.process.Commands;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/** Writes what comes through TLS into a new file, and answers. */
final class JsseReceiver {

    private JsseReceiver() {}

    /** Directory; what care to take; directory of the keys. */
    public static void main(String[] arguments) throws IOException {
        Path directory = Path.of(arguments[0]);
        Care care = Care.named(arguments[1]);
        SSLServerSocket server = (SSLServerSocket) KeyFile.read(Tls.server(Path.of(arguments[2])))
                .sslContext()
                .getServerSocketFactory()
                .createServerSocket(0, 1, InetAddress.getLoopbackAddress());
        server.setSSLParameters(Tls.serverParameters());
        Thread.ofPlatform().daemon().start(() -> receiveAll(server, directory, care));
        Commands.serve(Map.of("port", server.getLocalPort()), Map.of());
    }

    private static void receiveAll(SSLServerSocket server, Path directory, Care care) {
        byte[] buffer = new byte[PlainSender.CHUNK];
        for (int number = 0; ; number++) {
            try (SSLSocket connection = (SSLSocket) server.accept()) {
                receive(connection, directory.resolve("received-" + number), care, buffer);
            } catch (IOException failed) {
                failed.printStackTrace();
            }
        }
    }

    private static void receive(SSLSocket connection, Path file, Care care, byte[] buffer) throws IOException {
        Care.Hash hash = care.newHash();
        InputStream in = connection.getInputStream();
        try (FileChannel out = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            // A read returns one record of 16 KiB at most; what is written at once is larger.
            for (int size = in.readNBytes(buffer, 0, buffer.length);
                    size > 0;
                    size = in.readNBytes(buffer, 0, buffer.length)) {
                ByteBuffer chunk = ByteBuffer.wrap(buffer, 0, size);
                hash.add(chunk);
                while (chunk.hasRemaining()) {
                    out.write(chunk);
                }
            }
            if (care.syncs()) {
                out.force(false);
            }
        }
        connection.getOutputStream().write(hash.result());
    }
}
