package dev.waxwing.ca;

import dev.waxwing.ca.audit.AuditEvent;
import dev.waxwing.ca.audit.AuditTrail;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** An audit trail in memory. */
public final class RecordedAudit implements AuditTrail {

    private final List<AuditEvent> events = new CopyOnWriteArrayList<>();

    private volatile String failing = "";

    /** Events of this action cannot be written from now on. */
    public void failOn(String action) {
        failing = action;
    }

    @Override
    public void record(AuditEvent event) {
        if (event.action().equals(failing)) {
            throw new IllegalStateException("the disk is full");
        }
        events.add(event);
    }

    public List<AuditEvent> events() {
        return List.copyOf(events);
    }

    /** The reasons of all events of this action, in order. */
    public List<String> reasons(String action) {
        return events.stream()
                .filter(event -> event.action().equals(action))
                .map(event -> String.valueOf(event.reason()))
                .toList();
    }

    public AuditEvent last() {
        return events.getLast();
    }
}
