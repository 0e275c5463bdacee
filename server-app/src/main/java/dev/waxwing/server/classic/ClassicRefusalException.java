package dev.waxwing.server.classic;

/** A connection of classic was refused; the message is for the audit trail, the peer sees silence. */
final class ClassicRefusalException extends Exception {

    /** For the audit trail, as long as it is not known whom it is about. */
    private static final String SOMEBODY = "classic";

    private final Reason reason;
    private final String subject;

    ClassicRefusalException(Reason reason, String message) {
        this(reason, SOMEBODY, message);
    }

    /** @param subject whom it is about: a name on the operator's list */
    ClassicRefusalException(Reason reason, String subject, String message) {
        super(message);
        this.reason = reason;
        this.subject = subject;
    }

    String subject() {
        return subject;
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
        /** It comes more often than anybody needs to. */
        TOO_OFTEN,
        /** It broke the protocol, or its certificate is not this authority's. */
        PROTOCOL
    }
}
