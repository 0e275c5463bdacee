package dev.waxwing.server.ingest;

import dev.waxwing.wire.Bytes;
import java.util.function.BooleanSupplier;

/**
 * Who sends something by classic, as far as that can be known.
 *
 * @param device the name in its certificate
 * @param publicKey of the certificate, SubjectPublicKeyInfo in DER
 * @param sessionId of the server's own making, 32 hex digits
 * @param admitted whether the device may still come; asked again inside the transaction that accepts
 */
public record ClassicSender(String device, Bytes publicKey, String sessionId, BooleanSupplier admitted) {

    /** As the audit trail names it. */
    String actor() {
        return "device:" + device;
    }
}
