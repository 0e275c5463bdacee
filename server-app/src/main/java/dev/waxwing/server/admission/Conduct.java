package dev.waxwing.server.admission;

/** How a connection behaved until it had a session, or had none. */
public enum Conduct {
    /** A device was authenticated, or enrolled. */
    AUTHENTICATED,
    /** It is not its own fault that nothing came of it. */
    BLAMELESS,
    /** It went away by itself, or offered nothing usable. */
    LEFT,
    /** It ran into a time limit. */
    NO_SHOW,
    /** It broke the protocol, or spoke another. */
    PROTOCOL_ERROR,
    /** It was not who it had to be. */
    AUTH_FAILED
}
