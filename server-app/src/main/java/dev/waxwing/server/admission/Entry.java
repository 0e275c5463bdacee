package dev.waxwing.server.admission;

/** What the gate says to a connection. */
public sealed interface Entry {

    /** It is heard. */
    record Heard(Place place) implements Entry {}

    /** It is to be closed, unread and unanswered. */
    record Dropped(Drop reason) implements Entry {}
}
