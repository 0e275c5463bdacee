package dev.waxwing.server.ingest;

import dev.waxwing.ca.inventory.SerialNumber;

/**
 * Who offers something, as the channel authenticated it.
 *
 * @param device the name in its certificate
 * @param certificate the serial number of that with which it opened the session
 * @param sessionId 32 hex digits
 */
public record Sender(String device, SerialNumber certificate, String sessionId) {

    /** As the audit trail names it. */
    String actor() {
        return "device:" + device;
    }
}
