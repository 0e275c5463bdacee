package dev.waxwing.server.audit;

/** How an entry of the audit trail compares with what was noted of it outside. */
public enum NotedHead {
    /** It is the one that was noted. */
    SAME,
    /** It is another: the trail was made anew, or something else was noted. */
    ANOTHER,
    /** There is none of this number: the trail went back, or was cut off. */
    MISSING
}
