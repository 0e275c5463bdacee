package dev.waxwing.bench.handshake;

import dev.waxwing.bench.pki.KeyFile;
import dev.waxwing.bench.pki.Tls;
import dev.waxwing.bench.process.Commands;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.Map;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/** Accepts TLS of the JDK, one virtual thread for each connection, and tells each accepted client so with one byte. */
public final class JsseServer {

    static final int BACKLOG = 128;

    private JsseServer() {}

    /** Directory of the keys. */
    public static void main(String[] arguments) throws IOException {
        SSLServerSocket server = (SSLServerSocket) KeyFile.read(Tls.server(Path.of(arguments[0])))
                .sslContext()
                .getServerSocketFactory()
                .createServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
        server.setSSLParameters(Tls.serverParameters());
        Thread.ofPlatform().daemon().start(() -> acceptAll(server));
        Commands.serve(Map.of("port", server.getLocalPort()), Map.of());
    }

    private static void acceptAll(SSLServerSocket server) {
        while (true) {
            try {
                SSLSocket connection = (SSLSocket) server.accept();
                Thread.startVirtualThread(() -> serve(connection));
            } catch (IOException failed) {
                failed.printStackTrace();
            }
        }
    }

    private static void serve(SSLSocket connection) {
        try (connection) {
            connection.setTcpNoDelay(true);
            connection.startHandshake();
            connection.getOutputStream().write(0);
            connection.getInputStream().read();
        } catch (IOException closedWithoutCeremony) {
            // As every client here does.
        }
    }
}
