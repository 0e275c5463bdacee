package dev.waxwing.server;

import dev.waxwing.wire.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * Somebody who is no device: he may send what he likes. With a classic device's certificate, which every handshake shows, he is
 * let in: he cannot read a single acknowledgement, and need not.
 */
final class Intruder implements AutoCloseable {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int PATIENCE_MILLIS = 20_000;
    private static final int ACKNOWLEDGEMENT = 256;
    private static final int NONCE = 16;

    private final Instant since = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    Intruder(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.setTcpNoDelay(true);
        in = socket.getInputStream();
        out = socket.getOutputStream();
    }

    void send(Bytes bytes) throws IOException {
        out.write(bytes.toArray());
    }

    /** The same, in writes of one byte each. */
    void sendSlowly(Bytes bytes) throws IOException {
        for (byte one : bytes.toArray()) {
            out.write(one);
        }
    }

    void send(String ascii) throws IOException {
        send(Bytes.of(ascii.getBytes(StandardCharsets.US_ASCII)));
    }

    /** An acknowledgement, which he takes for what it must be; false if the server ended the connection instead. */
    boolean acknowledged() throws IOException {
        try {
            return in.readNBytes(ACKNOWLEDGEMENT).length == ACKNOWLEDGEMENT;
        } catch (SocketException reset) {
            return false;
        }
    }

    /** The whole handshake under another's certificate; he then has the keys of the session, because he chose them. */
    ClassicThief classicHandshake(Bytes certificate, PublicKey server) throws IOException {
        send(ClassicThief.block("<HELO>", certificate.toArray()));
        require(acknowledged());
        Bytes nonce = random(NONCE);
        send(nonce);
        require(acknowledged());
        Bytes head = Bytes.of(in.readNBytes(10));
        in.readNBytes(head.asByteBuffer().getInt(6));
        send(ClassicThief.acknowledgement("CERT_RECEIVED", server));
        Bytes serverNonce = Bytes.of(in.readNBytes(NONCE));
        send(ClassicThief.acknowledgement("NONCE_RECEIVED", server));
        byte[] preMaster = random(32).toArray();
        send(ClassicThief.block("<PREM>", ClassicThief.encrypted(preMaster, server)));
        require(acknowledged());
        return new ClassicThief(preMaster, nonce, serverNonce);
    }

    /** When he came. */
    Instant since() {
        return since;
    }

    /** Everything that still comes until the server ends the connection. */
    Bytes rest() throws IOException {
        try {
            return Bytes.of(in.readAllBytes());
        } catch (SocketException reset) {
            // What was still on its way to a closed socket makes its system say so instead of an end.
            return Bytes.EMPTY;
        }
    }

    static Bytes random(int size) {
        byte[] bytes = new byte[size];
        RANDOM.nextBytes(bytes);
        return Bytes.of(bytes);
    }

    private static void require(boolean acknowledged) {
        if (!acknowledged) {
            throw new AssertionError("the server ended the handshake");
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
