package dev.waxwing.agent.upload;

import dev.waxwing.agent.spool.Settled;
import java.util.List;

/** Hears how a delivery goes, on the thread that delivers. */
public interface DeliveryListener {

    /** A few times a second while files are sent. */
    void progress(List<UploadProgress> uploads);

    /** Something got its receipt or a final refusal. */
    void settled(Settled settled);

    /** Whether to stop; what is not settled then stays queued. */
    boolean isCancelled();

    /** Something a person should know: a lost connection, a temporary refusal. */
    void notice(String message);
}
