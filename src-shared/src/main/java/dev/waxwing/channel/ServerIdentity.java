package dev.waxwing.channel;

import dev.waxwing.trust.Credential;
import dev.waxwing.wire.Bytes;
import java.security.cert.X509Certificate;

/** Who the server is; asked anew at each handshake, by many threads. */
public interface ServerIdentity {

    /** The listener's key and chain, without the root. */
    Credential credential();

    /**
     * A current DER OCSP response, at most 16,384 bytes.
     *
     * @param certificate the listener's, or, in a ratchet, what it was when the session began
     */
    Bytes ocspStaple(X509Certificate certificate);

    /** The root, which a device that enrols gets as the last of the chain. */
    X509Certificate root();

    /** The root's newest revocation list, DER, at most 16,384 bytes; empty to show none. */
    default Bytes rootList() {
        return Bytes.EMPTY;
    }
}
