package dev.waxwing.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.HexFormat;

/** Somebody without a certificate, at an address of this host's loopback network. */
final class Stranger implements AutoCloseable {

    private static final int PATIENCE_MILLIS = 30_000;

    private final Socket socket = new Socket();

    Stranger(String address, int port) throws IOException {
        try {
            socket.bind(new InetSocketAddress(InetAddress.ofLiteral(address), 0));
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS);
            socket.setSoTimeout(PATIENCE_MILLIS);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** Says something; whether anybody listens shows when it {@link #hears}. */
    Stranger says(String hex) {
        try {
            socket.getOutputStream().write(HexFormat.of().parseHex(hex));
        } catch (IOException e) {
            // Closed already, which is for the test to judge.
        }
        return this;
    }

    /** Everything the server says until it closes the connection, in hex; a reset is an end as well. */
    String hears() throws IOException {
        StringBuilder heard = new StringBuilder();
        try {
            for (int next = socket.getInputStream().read();
                    next >= 0;
                    next = socket.getInputStream().read()) {
                heard.append(HexFormat.of().toHexDigits((byte) next));
            }
        } catch (SocketException e) {
            // Reset.
        }
        return heard.toString();
    }

    /** Waits until the server says anything, or closes the connection. */
    void hearsSomething() throws IOException {
        socket.getInputStream().read();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
