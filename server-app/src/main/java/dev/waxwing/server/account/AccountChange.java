package dev.waxwing.server.account;

/** How a change to an account ended. */
public sealed interface AccountChange {

    /** It was made. */
    record Made(User user) implements AccountChange {}

    /**
     * It was not made.
     *
     * @param why a sentence for the person who asked
     * @param conflict whether it is what there is that stands against it, and not what was asked for
     */
    record Refused(String why, boolean conflict) implements AccountChange {

        /** What was asked for cannot be. */
        public Refused(String why) {
            this(why, false);
        }
    }
}
