package dev.waxwing.server.account;

/** How a change to an account ended. */
public sealed interface AccountChange {

    /** It was made. */
    record Made(User user) implements AccountChange {}

    /**
     * It was not made.
     *
     * @param why a sentence for the person who asked
     */
    record Refused(String why) implements AccountChange {}
}
