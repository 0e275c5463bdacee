package dev.waxwing.server.session;

import dev.waxwing.ca.audit.AuditEvent;
import dev.waxwing.ca.audit.AuditTrail;
import dev.waxwing.evidence.TrustLevel;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.stereotype.Component;

/** The register of live sessions: one per device. Any thread may call. */
@Component
public final class Sessions {

    private final ConcurrentMap<String, LiveSession> byDevice = new ConcurrentHashMap<>();
    private final AuditTrail audit;
    private final ApplicationEventPublisher events;

    Sessions(AuditTrail audit, ApplicationEventPublisher events) {
        this.audit = audit;
        this.events = events;
    }

    /** All live sessions, newest first. */
    public List<Session> live() {
        return byDevice.values().stream()
                .map(LiveSession::view)
                .sorted(Comparator.comparing(Session::startedAt).reversed())
                .toList();
    }

    /** How many there are. */
    public int count() {
        return byDevice.size();
    }

    /** The live session with this id. */
    public Optional<Session> find(String id) {
        return live().stream().filter(session -> session.id().equals(id)).findFirst();
    }

    /**
     * Ends a session. The device may come again.
     *
     * @param actor who wants it
     * @return false when there is no such session
     */
    public boolean end(String id, String actor) {
        Optional<LiveSession> found = byDevice.values().stream()
                .filter(session -> session.view().id().equals(id))
                .findFirst();
        found.ifPresent(session -> {
            audit.record(
                    AuditEvent.success(actor, "session.ended", session.view().device(), "session " + id));
            session.end(Ending.ENDED_BY_OPERATOR);
        });
        return found.isPresent();
    }

    /**
     * Renews a session's keys now (docs/protocol.md, section 10.2). Waits until that is done.
     *
     * @param actor who wants it
     * @return the session after it; nothing when there is no such session, or it ended meanwhile
     */
    public Optional<Session> rekey(String id, String actor) throws InterruptedException {
        Optional<LiveSession> found = byDevice.values().stream()
                .filter(session -> session.view().id().equals(id))
                .findFirst();
        if (found.isEmpty() || !found.get().rekey()) {
            return Optional.empty();
        }
        Session renewed = found.get().view();
        audit.record(AuditEvent.success(
                actor, "session.rekeyed", renewed.device(), "session " + id + ", ratchet " + renewed.ratchets()));
        events.publishEvent(new SessionRekeyed(renewed));
        return Optional.of(renewed);
    }

    /**
     * Adds a session, and ends the one that the same device had.
     *
     * @return false if that is one of WXP/2 and this one of classic, which may not take its place
     */
    public boolean open(LiveSession session) {
        Session view = session.view();
        AtomicReference<@Nullable LiveSession> older = new AtomicReference<>();
        boolean opened = byDevice.compute(view.device(), (_, present) -> {
                    if (present != null && isWeaker(view, present.view())) {
                        return present;
                    }
                    older.set(present);
                    return session;
                })
                == session;
        if (opened) {
            LiveSession former = older.get();
            if (former != null) {
                former.end(Ending.TAKEN_OVER);
            }
            events.publishEvent(new SessionOpened(view));
        }
        return opened;
    }

    private static boolean isWeaker(Session newer, Session older) {
        return newer.trustLevel().equals(TrustLevel.CLASSIC.label())
                && !older.trustLevel().equals(TrustLevel.CLASSIC.label());
    }

    /** Ends the classic session of a device, if it has one. */
    public void endClassic(String device, Ending ending) {
        LiveSession session = byDevice.get(device);
        if (session != null && session.view().trustLevel().equals(TrustLevel.CLASSIC.label())) {
            session.end(ending);
        }
    }

    /** Takes a session off the register. */
    public void closed(LiveSession session, String reason) {
        Session view = session.view();
        byDevice.remove(view.device(), session);
        events.publishEvent(new SessionEnded(view, reason));
    }

    /** Ends every session that came with this certificate. */
    public void endCertificate(String serialNumber) {
        byDevice.values().stream()
                .filter(session -> session.view().certificateSerialNumber().equals(serialNumber))
                .forEach(session -> session.end(Ending.REVOKED));
    }

    /** Ends all sessions. */
    public void endAll(Ending ending) {
        byDevice.values().forEach(session -> session.end(ending));
    }

    Collection<LiveSession> all() {
        return byDevice.values();
    }
}
