package dev.waxwing.server.classic;

/** A connection of classic was refused; the message is for the audit trail, the peer sees silence. */
final class ClassicRefusalException extends Exception {

    private final Reason reason;

    ClassicRefusalException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    Reason reason() {
        return reason;
    }

    /** In a word: the label of a metric. */
    enum Reason {
        FOREIGN_SOURCE,
        TOO_MANY,
        NOT_LISTED,
        WRONG_KEY,
        DISABLED,
        MOVED_TO_WXP2,
        NONCE_REPLAYED,
        /** It broke the protocol, or its certificate is not this authority's. */
        PROTOCOL
    }
}
