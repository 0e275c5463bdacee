package dev.waxwing.bench.handshake;

import dev.waxwing.bench.pki.KeyFile;
import dev.waxwing.bench.pki.Tls;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/** Makes connections by TLS of the JDK. */
final class JsseClient {

    private JsseClient() {}

    /** Directory of the keys; port. */
    public static void main(String[] arguments) throws Exception {
        SSLSocketFactory sockets =
                KeyFile.read(Tls.client(Path.of(arguments[0]))).sslContext().getSocketFactory();
        int port = Integer.parseInt(arguments[1]);
        Dialing.serve(() -> () -> connect(sockets, port));
    }

    private static void connect(SSLSocketFactory sockets, int port) throws IOException {
        // The outer socket is closed, not the TLS one: a close is no part of a handshake.
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setTcpNoDelay(true);
            SSLSocket tls = (SSLSocket) sockets.createSocket(socket, "localhost", port, false);
            tls.setSSLParameters(Tls.clientParameters());
            tls.startHandshake();
            if (tls.getInputStream().read() < 0) {
                throw new EOFException("not accepted");
            }
        }
    }
}
