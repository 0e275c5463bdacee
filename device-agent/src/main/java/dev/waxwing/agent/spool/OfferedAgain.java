package dev.waxwing.agent.spool;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What became of what a server may have lost, because it went back in time.
 *
 * @param count how many files and groups of texts are queued again
 * @param gone names of those that cannot be, because their source is not there any more, or has changed; display data
 * @param backTo the time to which the server went back; nothing if it did not say
 */
public record OfferedAgain(int count, List<String> gone, Optional<Instant> backTo) {

    static final OfferedAgain NOTHING = new OfferedAgain(0, List.of(), Optional.empty());

    public OfferedAgain {
        gone = List.copyOf(gone);
    }

    /** Whether a person has to hear of it. */
    public boolean isNews() {
        return count > 0 || !gone.isEmpty();
    }
}
