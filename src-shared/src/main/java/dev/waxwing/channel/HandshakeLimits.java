package dev.waxwing.channel;

import java.time.Duration;

/**
 * How long a peer may take to come to a session (protocol section 12), counted from the start of the handshake.
 *
 * @param firstByte until the first byte has come
 * @param clientHello until the whole ClientHello has come
 * @param handshake until the session stands
 */
public record HandshakeLimits(Duration firstByte, Duration clientHello, Duration handshake) {

    /** 3, 5 and 10 seconds. */
    public static HandshakeLimits defaults() {
        return new HandshakeLimits(Duration.ofSeconds(3), Duration.ofSeconds(5), Duration.ofSeconds(10));
    }
}
