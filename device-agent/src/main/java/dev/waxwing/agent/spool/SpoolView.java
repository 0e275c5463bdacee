package dev.waxwing.agent.spool;

import java.util.List;

/**
 * What was in a spool at one moment.
 *
 * @param texts texts that are in no group yet, in the order of their counters
 * @param groups groups of texts without a receipt, oldest first
 * @param files files without a receipt, oldest first
 * @param lastCounter the last counter that was given out, 0 if none
 */
public record SpoolView(List<QueuedText> texts, List<TextGroup> groups, List<QueuedFile> files, long lastCounter) {

    /** Whether nothing waits. */
    public boolean isEmpty() {
        return texts.isEmpty() && groups.isEmpty() && files.isEmpty();
    }
}
