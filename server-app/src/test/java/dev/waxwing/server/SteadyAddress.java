package dev.waxwing.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** One address that devices know, before servers that come and go on ports of their own. */
final class SteadyAddress implements AutoCloseable {

    private final ServerSocket listener;
    private volatile int serverPort;

    SteadyAddress() throws IOException {
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    /** The option that makes a server name this address in its invites. */
    String option() {
        return "--waxwing.listener.public-address=127.0.0.1:" + listener.getLocalPort();
    }

    /** From now on, whoever comes is led to this server. */
    void leadTo(RunningServer server) {
        serverPort = server.listenerPort();
    }

    private void accept() {
        try {
            while (true) {
                Socket near = listener.accept();
                Socket far = new Socket(InetAddress.getLoopbackAddress(), serverPort);
                Thread.ofVirtual().start(() -> pass(near, far));
                Thread.ofVirtual().start(() -> pass(far, near));
            }
        } catch (IOException closed) {
            // The test is over.
        }
    }

    private static void pass(Socket from, Socket to) {
        try (from;
                to) {
            from.getInputStream().transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException ended) {
            // Both are closed, which is what the other end is to see.
        }
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
