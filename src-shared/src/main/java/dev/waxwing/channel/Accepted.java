package dev.waxwing.channel;

import dev.waxwing.trust.PeerName;
import dev.waxwing.wire.Bytes;
import java.security.cert.X509Certificate;
import org.jspecify.annotations.Nullable;

/** How an accepted connection ended its handshake. */
public sealed interface Accepted {

    /** A session with an authenticated device. */
    record Connected(SecureChannel channel) implements Accepted {}

    /**
     * A device was enrolled; its connection is closed.
     *
     * @param name the name in its new certificate
     * @param certificate its new certificate
     * @param fault what the device broke after that, null if it did not; the alert was sent
     */
    record Enrolled(
            PeerName name,
            X509Certificate certificate,
            @Nullable RefusedHandshakeException fault) implements Accepted {}

    /**
     * The peer speaks another protocol that the caller serves; nothing was answered, and the socket is open.
     *
     * @param arrived what was read of the connection so far, one byte or a few
     */
    record OtherProtocol(Bytes arrived) implements Accepted {}
}
