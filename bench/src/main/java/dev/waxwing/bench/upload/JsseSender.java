package dev.waxwing.bench.upload;

import dev.waxwing.bench.pki.KeyFile;
import dev.waxwing.bench.pki.Tls;
import dev.waxwing.bench.process.Commands;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/** Sends a file through TLS and waits for the answer. */
final class JsseSender {

    private final byte[] buffer = new byte[PlainSender.CHUNK];
    private final SSLSocketFactory sockets;
    private final int port;
    private final Path file;

    private JsseSender(SSLSocketFactory sockets, int port, Path file) {
        this.sockets = sockets;
        this.port = port;
        this.file = file;
    }

    /** File; port of the receiver; directory of the keys. */
    public static void main(String[] arguments) throws IOException {
        KeyFile keys = KeyFile.read(Tls.client(Path.of(arguments[2])));
        JsseSender sender = new JsseSender(
                keys.sslContext().getSocketFactory(), Integer.parseInt(arguments[1]), Path.of(arguments[0]));
        Commands.serve(Map.of(), Map.of("sample", _ -> sender.sample()));
    }

    private Map<String, ?> sample() throws IOException {
        long begin = System.nanoTime();
        long sent = 0;
        try (InputStream in = Files.newInputStream(file);
                SSLSocket connection = (SSLSocket) sockets.createSocket("localhost", port)) {
            connection.setSSLParameters(Tls.clientParameters());
            OutputStream out = connection.getOutputStream();
            for (int size = in.read(buffer); size >= 0; size = in.read(buffer)) {
                out.write(buffer, 0, size);
                sent += size;
            }
            connection.shutdownOutput();
            if (connection.getInputStream().read() < 0) {
                throw new EOFException("no answer");
            }
        }
        return Commands.done(sent, System.nanoTime() - begin);
    }
}
