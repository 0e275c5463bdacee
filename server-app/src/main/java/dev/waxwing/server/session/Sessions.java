package dev.waxwing.server.session;

import dev.waxwing.ca.audit.AuditEvent;
import dev.waxwing.ca.audit.AuditTrail;
import dev.waxwing.ca.web.Page;
import dev.waxwing.evidence.TrustLevel;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.stereotype.Component;

/**
 * The register of live sessions: one per device. Any thread may call.
 *
 * <p>A session that a newer one has taken over stays under its certificate until it has ended, so that a revocation finds it.
 */
@Component
public final class Sessions {

    private final ConcurrentMap<String, LiveSession> byDevice = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, LiveSession> byId = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, Set<LiveSession>> byCertificate = new ConcurrentHashMap<>();
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

    /**
     * One page of them, newest first.
     *
     * @param page from 0
     * @param size at least 1
     */
    public Page<Session> page(int page, int size) {
        List<Session> live = live();
        List<Session> items = live.stream().skip((long) page * size).limit(size).toList();
        return new Page<>(items, page, size, live.size());
    }

    /** The live session of this device. */
    public Optional<Session> ofDevice(String name) {
        return Optional.ofNullable(byDevice.get(name)).map(LiveSession::view);
    }

    /** How many there are. */
    public int count() {
        return byDevice.size();
    }

    /** The live session with this id. */
    public Optional<Session> find(String id) {
        return Optional.ofNullable(byId.get(id)).map(LiveSession::view);
    }

    /**
     * Ends a session. The device may come again.
     *
     * @param actor who wants it
     * @return false when there is no such session
     */
    public boolean end(String id, String actor) {
        Optional<LiveSession> found = Optional.ofNullable(byId.get(id));
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
        LiveSession session = byId.get(id);
        if (session == null || !session.rekey()) {
            return Optional.empty();
        }
        Session renewed = session.view();
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
        // Known before it counts, so that a revocation in between finds it.
        if (!view.certificateSerialNumber().isEmpty()) {
            byCertificate.compute(view.certificateSerialNumber(), (_, known) -> with(known, session));
        }
        byId.put(view.id(), session);
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
        } else {
            forget(session, view);
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
        forget(session, view);
        events.publishEvent(new SessionEnded(view, reason));
    }

    private void forget(LiveSession session, Session view) {
        byId.remove(view.id(), session);
        byCertificate.computeIfPresent(view.certificateSerialNumber(), (_, known) -> without(known, session));
    }

    /** Ends every session that came with this certificate. */
    public void endCertificate(String serialNumber) {
        byCertificate.getOrDefault(serialNumber, Set.of()).forEach(session -> session.end(Ending.REVOKED));
    }

    /** Ends all sessions. */
    public void endAll(Ending ending) {
        byDevice.values().forEach(session -> session.end(ending));
    }

    Collection<LiveSession> all() {
        return byDevice.values();
    }

    private static Set<LiveSession> with(@Nullable Set<LiveSession> known, LiveSession session) {
        Set<LiveSession> all = known == null ? new HashSet<>() : new HashSet<>(known);
        all.add(session);
        return Set.copyOf(all);
    }

    private static @Nullable Set<LiveSession> without(Set<LiveSession> known, LiveSession session) {
        Set<LiveSession> rest = new HashSet<>(known);
        rest.remove(session);
        return rest.isEmpty() ? null : Set.copyOf(rest);
    }
}
