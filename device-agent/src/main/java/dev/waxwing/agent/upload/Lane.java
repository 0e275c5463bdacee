package dev.waxwing.agent.upload;

import dev.waxwing.agent.spool.SignedManifest;
import dev.waxwing.media.ItemId;
import dev.waxwing.media.Refused;
import dev.waxwing.wire.Bytes;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One kind of thing to send, and how far it has got in this session. The session's lock guards its state and is held
 * during every call, except while an action is performed.
 */
sealed interface Lane permits TextLane, FileLane {

    /** Something to send. It is performed on the command's thread without the lock. */
    @FunctionalInterface
    interface Action {

        void perform() throws IOException;
    }

    /**
     * A manifest that waits for its receipt.
     *
     * @param texts the content of a group of texts; null for a file
     * @param counters the counters of these texts; empty for a file
     */
    record Sealed(SignedManifest manifest, @Nullable Bytes texts, List<Long> counters) {}

    /** What to do now; null if there is nothing to do, or something must come in first. */
    @Nullable
    Action next(long now);

    /** When there is something to do although nothing came in; {@link Long#MAX_VALUE} for never. */
    long wakeUp(long now);

    /** Whether the server owes an answer. */
    boolean isServerWorking();

    /** Whether all is settled. */
    boolean isDone();

    /** What a receipt may be for. */
    Optional<Sealed> sealed(ItemId id);

    /** Its receipt is kept; does nothing if it is not in this lane. */
    void accepted(ItemId id) throws IOException;

    /** The server refused it; says whether it was in this lane. */
    boolean refused(Refused refused) throws IOException;
}
