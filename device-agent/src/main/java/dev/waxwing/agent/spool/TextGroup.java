package dev.waxwing.agent.spool;

import dev.waxwing.media.ItemId;
import java.util.List;

/**
 * Acknowledged texts that are sealed together (protocol section 13.2).
 *
 * @param id unique for ever
 * @param counter the device's number for the group
 * @param texts its texts, in the order of their counters
 * @param manifest the signed manifest of the group's content
 */
public record TextGroup(ItemId id, long counter, List<QueuedText> texts, SignedManifest manifest) {

    public TextGroup {
        texts = List.copyOf(texts);
    }

    /** The counters of its texts, ascending. */
    public List<Long> counters() {
        return texts.stream().map(QueuedText::counter).toList();
    }

    /** Its texts that the server has to be offered again before it can be sealed. */
    public List<QueuedText> unacknowledged() {
        return texts.stream().filter(text -> !text.acknowledged()).toList();
    }

    TextGroup offeredAgain() {
        return new TextGroup(
                id, counter, texts.stream().map(QueuedText::offeredAgain).toList(), manifest);
    }
}
