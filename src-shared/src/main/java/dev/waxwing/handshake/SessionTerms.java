package dev.waxwing.handshake;

import java.time.Duration;

/**
 * What the server announces about the session (protocol sections 5.3 and 12).
 *
 * @param session the server ends the session after this time; 1 second to 24 hours
 * @param idle an end that has received nothing for this time ends the session; 5 to 600 seconds
 * @param rekey when keys are to be renewed
 */
public record SessionTerms(Duration session, Duration idle, RekeyPolicy rekey) {

    static final Duration MAX_SESSION = Duration.ofHours(24);
    static final Duration MIN_IDLE = Duration.ofSeconds(5);
    static final Duration MAX_IDLE = Duration.ofSeconds(600);

    public SessionTerms {
        if (session.toSeconds() < 1 || session.compareTo(MAX_SESSION) > 0) {
            throw new IllegalArgumentException("a session lasts 1 second to 24 hours, not " + session);
        }
        if (idle.compareTo(MIN_IDLE) < 0 || idle.compareTo(MAX_IDLE) > 0) {
            throw new IllegalArgumentException("an idle time is 5 to 600 seconds, not " + idle);
        }
    }

    /** 24 hours, 60 seconds of silence, and the laziest rekeying that the protocol allows. */
    public static SessionTerms defaults() {
        return new SessionTerms(MAX_SESSION, Duration.ofSeconds(60), RekeyPolicy.laziest());
    }
}
