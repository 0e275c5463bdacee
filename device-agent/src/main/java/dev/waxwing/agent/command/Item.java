package dev.waxwing.agent.command;

import org.jspecify.annotations.Nullable;

/**
 * One thing that was sent, is to be sent, or was checked, as commands list it.
 *
 * @param id 32 hexadecimal digits
 * @param name what it is called; display data
 * @param size bytes; null while it is not known
 * @param sha256 of its content in hexadecimal; null while it is not known
 * @param state {@code queued}, {@code acknowledged}, {@code sealed}, {@code accepted} or {@code refused}; by classic
 *     {@code sent}, {@code refused}, {@code unsent}, or {@code uncertain} when its acknowledgement did not come
 * @param receiptId the receipt's id; null until there is one
 */
record Item(
        String id,
        String name,
        @Nullable Long size,
        @Nullable String sha256,
        String state,
        @Nullable String receiptId) {}
