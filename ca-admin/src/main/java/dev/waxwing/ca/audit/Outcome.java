package dev.waxwing.ca.audit;

/** How an audited action ended. */
public enum Outcome {
    /** It was done. */
    SUCCESS,
    /** It was refused; the event's reason says why. */
    REFUSED
}
