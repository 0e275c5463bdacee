package dev.waxwing.server.media;

import java.time.Instant;
import java.util.List;

/**
 * What a transfer's evidence is worth now.
 *
 * @param transferId of the transfer
 * @param checkedAt when
 * @param checks what was looked at, in order
 */
public record Verification(String transferId, Instant checkedAt, List<Check> checks) {

    public Verification {
        checks = List.copyOf(checks);
    }

    /** Whether every check passed. */
    public boolean passed() {
        return checks.stream().allMatch(Check::passed);
    }

    /**
     * One thing that was looked at.
     *
     * @param name what, in words for a list: {@code content}, {@code manifest}, {@code device signature}, {@code receipt},
     *     {@code receipt signature}
     * @param passed whether it holds
     * @param detail one sentence for people
     */
    public record Check(String name, boolean passed, String detail) {}
}
