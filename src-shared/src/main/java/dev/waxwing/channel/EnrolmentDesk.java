package dev.waxwing.channel;

import dev.waxwing.wire.SessionId;
import java.security.cert.X509Certificate;
import java.util.List;

/** Redeems an invite's token for a certificate (protocol section 9.2); called by many threads. */
@FunctionalInterface
public interface EnrolmentDesk {

    /**
     * @param token 16 bytes; wiped after the call
     * @param pkcs10 DER, at most 16,384 bytes, unchecked
     * @param session its lower-case hex must be the request's challengePassword
     * @return 2 to 4 certificates, the device's own first, the root last
     * @throws RefusedException for every refusal; the device sees {@code auth_failed} whatever its code
     */
    List<X509Certificate> enrol(byte[] token, byte[] pkcs10, SessionId session) throws RefusedException;
}
