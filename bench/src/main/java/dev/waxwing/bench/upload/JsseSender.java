package dev.waxwing.bench.upload;

import dev.waxwing.bench.pki.KeyFile;
import dev.waxwing.bench.pki.Tls;
import dev.waxwing.bench.process.Commands;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/** Sends a file through TLS and waits for the answer. */
final class JsseSender {

    private final byte[] buffer = new byte[PlainSender.CHUNK];
    private final SSLSocketFactory sockets;
    private final int port;
    private final Path file;
    private final Care care;

    private JsseSender(SSLSocketFactory sockets, int port, Path file, Care care) {
        this.sockets = sockets;
        this.port = port;
        this.file = file;
        this.care = care;
    }

    /** File; port of the receiver; directory of the keys; what care to take. */
    public static void main(String[] arguments) throws IOException {
        KeyFile keys = KeyFile.read(Tls.client(Path.of(arguments[2])));
        JsseSender sender = new JsseSender(
                keys.sslContext().getSocketFactory(),
                Integer.parseInt(arguments[1]),
                Path.of(arguments[0]),
                Care.named(arguments[3]));
        Commands.serve(Map.of(), Map.of("sample", _ -> sender.sample()));
    }

    private Map<String, ?> sample() throws IOException {
        long begin = System.nanoTime();
        long sent = 0;
        Care.Hash hash = care.newHash();
        try (InputStream in = Files.newInputStream(file);
                SSLSocket connection = (SSLSocket) sockets.createSocket("localhost", port)) {
            connection.setSSLParameters(Tls.clientParameters());
            OutputStream out = connection.getOutputStream();
            for (int size = in.read(buffer); size >= 0; size = in.read(buffer)) {
                hash.add(ByteBuffer.wrap(buffer, 0, size));
                out.write(buffer, 0, size);
                sent += size;
            }
            connection.shutdownOutput();
            byte[] answer = connection.getInputStream().readNBytes(care.answer());
            if (!Arrays.equals(answer, hash.result())) {
                throw new IOException("another answer than expected");
            }
        }
        return Commands.done(sent, System.nanoTime() - begin);
    }
}
