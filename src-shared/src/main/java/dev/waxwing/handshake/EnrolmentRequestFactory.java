package dev.waxwing.handshake;

import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.SessionId;
import java.security.KeyPair;

/** Makes the key pair of one enrolment and the request for its certificate (protocol section 9.2). */
@FunctionalInterface
public interface EnrolmentRequestFactory {

    /**
     * Called once, when the server is authenticated.
     *
     * @param session its lower-case hex is the request's challengePassword
     */
    EnrolmentRequest create(SessionId session);

    /**
     * A fresh key pair and the request it signed.
     *
     * @param keys used nowhere else
     * @param pkcs10 DER, at most 16,384 bytes
     */
    record EnrolmentRequest(KeyPair keys, Bytes pkcs10) {}
}
