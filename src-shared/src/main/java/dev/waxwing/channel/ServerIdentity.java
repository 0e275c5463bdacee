package dev.waxwing.channel;

import dev.waxwing.trust.Credential;
import dev.waxwing.wire.Bytes;
import java.security.cert.X509Certificate;

/** Who the server is; asked anew at each handshake, by many threads. */
public interface ServerIdentity {

    /** The listener's key and chain, without the root. */
    Credential credential();

    /** A current DER OCSP response about the listener's certificate, at most 16,384 bytes. */
    Bytes ocspStaple();

    /** The root, which a device that enrols gets as the last of the chain. */
    X509Certificate root();
}
