package dev.waxwing.classic;

import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import java.io.IOException;

/** What a server decides about a device while the handshake runs; called by many threads. */
@FunctionalInterface
public interface ClassicGate {

    /** Leave to use the server's private key once. */
    interface Permit extends AutoCloseable {

        /** Gives it back. */
        @Override
        void close();
    }

    /**
     * Lets a device in, or not: whether its name is listed, with this very key, and whether this device never used this
     * nonce before. Its certificate is verified already, its holder is not: the protocol never proves possession of the
     * key. The server has not used its private key yet.
     *
     * @param nonce 16 bytes
     * @throws ProtocolException if it is refused; the reason is for the own audit log, the peer only sees the end
     */
    void admit(ClassicCertificate device, Bytes nonce) throws ProtocolException, IOException;

    /**
     * Waits for leave to use the server's private key. A handshake asks for it three times, one after the other, never
     * while it waits for the peer.
     *
     * @throws IOException if there will be none
     */
    default Permit privateKey() throws IOException {
        return () -> {};
    }
}
