package dev.waxwing.server.ingest;

import java.security.cert.X509Certificate;

/**
 * Who offers something, as the channel authenticated it.
 *
 * @param device the name in its certificate
 * @param certificate with which it opened the session
 * @param sessionId 32 hex digits
 */
public record Sender(String device, X509Certificate certificate, String sessionId) {

    /** As the audit trail names it. */
    String actor() {
        return "device:" + device;
    }
}
