package dev.waxwing.ca.audit;

import java.util.List;

/**
 * Keeps the record of what was done and what was refused. The server implements it.
 *
 * <p>An event recorded inside a database transaction is part of it: it is kept if and only if the transaction commits.
 */
public interface AuditTrail {

    /**
     * Adds one event.
     *
     * @throws RuntimeException when the event cannot be kept; the caller must not go on as if it had been
     */
    void record(AuditEvent event);

    /** Adds these events in this order, in the caller's transaction at less cost than one by one. */
    default void record(List<AuditEvent> events) {
        events.forEach(this::record);
    }

    /** Work for another thread: what it records says the same of where it comes from as if it were recorded here and now. */
    default Runnable carried(Runnable work) {
        return work;
    }
}
