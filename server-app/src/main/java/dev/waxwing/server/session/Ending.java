package dev.waxwing.server.session;

/** Why the server ends a session. */
public enum Ending {
    /** The same device came again. */
    TAKEN_OVER("taken over by a newer session"),
    /** Its certificate was revoked. */
    REVOKED("certificate revoked"),
    /** A person ended it. */
    ENDED_BY_OPERATOR("ended by an operator"),
    /** The server stops. */
    SERVER_STOPS("the server stops");

    private final String words;

    Ending(String words) {
        this.words = words;
    }

    /** In a few words, for people. */
    public String words() {
        return words;
    }
}
