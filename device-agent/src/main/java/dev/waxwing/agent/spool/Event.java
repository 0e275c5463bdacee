package dev.waxwing.agent.spool;

import dev.waxwing.media.ItemId;
import dev.waxwing.wire.Bytes;
import java.time.Instant;
import java.util.List;

/** One line of the journal. */
sealed interface Event {

    /** A text was queued. */
    record TextQueued(QueuedText text) implements Event {}

    /** A file was queued. */
    record FileQueued(QueuedFile file) implements Event {}

    /** The server holds these texts durably. */
    record TextsAcknowledged(List<Long> counters) implements Event {}

    /** Texts were put into a group, and its manifest was signed. */
    record GroupSealed(ItemId id, long counter, List<Long> texts, SignedManifest manifest) implements Event {}

    /** A file's manifest was signed. */
    record FileSealed(ItemId id, SignedManifest manifest) implements Event {}

    /** Something got its receipt or its final refusal. */
    record Concluded(Settled settled) implements Event {}

    /** From here on, what has a counter up to this one may be known to the server under it. */
    record Offered(long counter) implements Event {}

    /** All that was never offered got new counters beyond this one, in the same order. */
    record Renumbered(long beyond) implements Event {}

    /** The last counter that was given out, and the hash of the last manifest that was signed. */
    record Marks(long counter, Bytes manifestSha256) implements Event {}

    /**
     * The server holds nothing beyond this counter any more, and what it acknowledged may be lost.
     *
     * @param restoredAt when it went back in time, by its own word; the epoch if it did not say
     */
    record WentBack(long held, Instant restoredAt) implements Event {}
}
