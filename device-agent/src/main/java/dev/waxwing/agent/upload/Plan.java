package dev.waxwing.agent.upload;

import dev.waxwing.media.ItemId;
import java.util.List;

/**
 * What to deliver. Texts are always delivered, because they go in order.
 *
 * @param files whether files are delivered too
 * @param first files that go before all others, in order
 */
public record Plan(boolean files, List<ItemId> first) {

    public Plan {
        first = List.copyOf(first);
    }

    /** All texts. */
    public static Plan texts() {
        return new Plan(false, List.of());
    }

    /** Everything that waits. */
    public static Plan everything() {
        return new Plan(true, List.of());
    }

    /** Everything that waits, these files first. */
    public static Plan filesFirst(List<ItemId> files) {
        return new Plan(true, files);
    }
}
