package dev.waxwing.server.classic;

import dev.waxwing.classic.ClassicKit;

/** What became of the wish for a kit. */
public sealed interface KitResult {

    /**
     * The device is on the list. The kit holds its private key, which is nowhere else: neither the server nor its database
     * keeps it.
     */
    record Made(String name, ClassicKit kit) implements KitResult {

        @Override
        public String toString() {
            return "Made[" + name + "]";
        }
    }

    /**
     * Nothing was made.
     *
     * @param taken whether the reason is that a device of that name is there, or the server itself, rather than that the name is none
     * @param detail one or two sentences for people
     * @param reference finds it in the audit log
     */
    record Refused(boolean taken, String detail, String reference) implements KitResult {}
}
