package dev.waxwing.ca.revocation;

import dev.waxwing.ca.audit.AuditEvent;
import dev.waxwing.ca.audit.AuditTrail;
import dev.waxwing.ca.inventory.CertificateEntry;
import dev.waxwing.ca.inventory.CertificateRole;
import dev.waxwing.ca.inventory.CertificateStatus;
import dev.waxwing.ca.inventory.Inventory;
import dev.waxwing.ca.inventory.RevocationReason;
import dev.waxwing.ca.inventory.RevokedEntry;
import dev.waxwing.ca.inventory.SerialNumber;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Revokes certificates, and answers for each handshake whether one is revoked, from memory. A certificate on hold is revoked until it
 * is released.
 *
 * <p>Order of a revocation: the transaction with its audit event, the in-memory set, then the {@link CertificateRevoked} event; of a
 * release the same, with {@link CertificateReleased}. The set is loaded by the constructor. Any thread may call.
 */
public final class Revocation {

    private final Inventory inventory;
    private final AuditTrail audit;
    private final RepeatedTransaction transactions;
    private final ApplicationEventPublisher events;
    private final Clock clock;
    private final Map<SerialNumber, RevokedEntry> revoked = new ConcurrentHashMap<>();

    /** Held while a change of a hold is carried from the database into the set, so that the later of two changes is the last to be. */
    private final ReentrantLock carrying = new ReentrantLock();

    /** Loads everything that is revoked and has not ended. */
    public Revocation(
            Inventory inventory,
            AuditTrail audit,
            TransactionTemplate transactions,
            ApplicationEventPublisher events,
            Clock clock) {
        this.inventory = inventory;
        this.audit = audit;
        this.transactions = new RepeatedTransaction(transactions);
        this.events = events;
        this.clock = clock;
        inventory.revokedEndingAfter(clock.instant(), entry -> revoked.put(entry.serialNumber(), entry));
    }

    /** Whether a certificate of ours, still within its validity, is revoked. One look-up in memory. */
    public boolean isRevoked(X509Certificate certificate) {
        return revoked.containsKey(SerialNumber.of(certificate));
    }

    /** When and why a certificate was revoked, or nothing. One look-up in memory. */
    public Optional<RevokedEntry> find(SerialNumber serialNumber) {
        return Optional.ofNullable(revoked.get(serialNumber));
    }

    /**
     * Revokes for good, or puts on hold. Asking again for the same reason changes nothing and succeeds. A hold can be made a revocation
     * for good, never the other way. Of a certificate that has ended only one thing is still worth knowing, that its key is in wrong
     * hands.
     */
    public RevocationResult revoke(SerialNumber serialNumber, RevocationReason reason, String actor) {
        return transactions.execute(() -> store(serialNumber, reason, actor));
    }

    /** Takes back a hold. */
    public ReleaseResult release(SerialNumber serialNumber, String actor) {
        return transactions.execute(() -> storeRelease(serialNumber, actor));
    }

    /**
     * Revokes whatever a device has that has not ended, or puts it on hold; what is revoked for good stays as it is. If its key is in
     * wrong hands, what has ended is revoked too. What allows the device to come back ends, and what is being signed for it is given
     * up.
     *
     * @return what was changed, newest first, or nothing when no certificate ever named the device
     */
    public Optional<List<CertificateEntry>> revokeDevice(String device, RevocationReason reason, String actor) {
        return inventory.ofName(device, CertificateRole.DEVICE).isEmpty()
                ? Optional.empty()
                : Optional.of(transactions.execute(() -> storeDevice(device, reason, actor)));
    }

    /**
     * Revokes these in one transaction, or puts them on hold; what is revoked for good stays as it is.
     *
     * @param isFollowed whether another group of the same order follows at once
     * @param changed told how many were changed once they are, also when somebody fails to hear of it
     */
    void revokeGroup(
            List<SerialNumber> newestFirst,
            RevocationReason reason,
            String actor,
            boolean isFollowed,
            IntConsumer changed) {
        transactions.execute(() -> {
            List<CertificateEntry> some = changeAll(newestFirst, reason, actor);
            afterCommit(() -> {
                changed.accept(some.size());
                announce(some, isFollowed);
            });
            return some;
        });
    }

    /** Revokes, as superseded, whatever a device had before {@code kept} was issued and that has not ended. */
    public void supersede(String device, SerialNumber kept, String actor) {
        Instant issued = inventory.find(kept).orElseThrow().createdAt();
        Instant now = clock.instant();
        inventory.ofName(device, CertificateRole.DEVICE).stream()
                .filter(entry ->
                        !entry.serialNumber().equals(kept) && entry.createdAt().isBefore(issued))
                .filter(entry -> !entry.notAfter().isBefore(now) && (!entry.revoked() || entry.held()))
                .forEach(entry -> revoke(entry.serialNumber(), RevocationReason.SUPERSEDED, actor));
    }

    /**
     * As {@link #revokeDevice}, for a device that perhaps never got a certificate. Joins the caller's transaction.
     *
     * @return how many certificates
     */
    public int revokeAll(String device, RevocationReason reason, String actor) {
        return transactions.execute(() -> storeDevice(device, reason, actor)).size();
    }

    /** In this order: what was bound to an allowance before it ended is given up then, and what was signed before that is found. */
    private List<CertificateEntry> storeDevice(String device, RevocationReason reason, String actor) {
        boolean wasLetIn = inventory.endReadmissions(device);
        inventory.abandonAllOf(device, CertificateRole.DEVICE);
        Instant now = clock.instant();
        List<SerialNumber> all = inventory.ofName(device, CertificateRole.DEVICE).stream()
                .filter(entry -> reason == RevocationReason.KEY_COMPROMISE
                        || !entry.notAfter().isBefore(now))
                .map(CertificateEntry::serialNumber)
                .toList();
        List<CertificateEntry> changed = storeAll(all, reason, actor);
        if (wasLetIn) {
            audit.record(AuditEvent.success(actor, "device.readmission-withdrawn", device, null));
        }
        return changed;
    }

    private RevocationResult store(SerialNumber serialNumber, RevocationReason reason, String actor) {
        Optional<CertificateEntry> before = inventory.find(serialNumber);
        if (before.isEmpty()) {
            return new RevocationResult.Unknown();
        }
        if (before.get().status() == CertificateStatus.EXPIRED && reason != RevocationReason.KEY_COMPROMISE) {
            return refused(
                    serialNumber, actor, "It expired at " + before.get().notAfter() + "; nothing trusts it any more.");
        }
        Optional<Change> change = change(before.get(), reason, actor);
        if (change.isEmpty()) {
            return again(serialNumber, reason, actor);
        }
        CertificateEntry after = change.get().after();
        audit.record(change.get().event());
        afterCommit(() -> announce(List.of(after), false));
        return new RevocationResult.Revoked(after);
    }

    private List<CertificateEntry> storeAll(List<SerialNumber> serialNumbers, RevocationReason reason, String actor) {
        List<CertificateEntry> changed = changeAll(serialNumbers, reason, actor);
        afterCommit(() -> announce(changed, false));
        return changed;
    }

    /** A certificate that was revoked just now, and what the audit trail is told of it. */
    private record Change(CertificateEntry after, AuditEvent event) {}

    /**
     * First all rows, the oldest certificate first as in a renewal, and only then the audit trail: whoever appends to it has its lock,
     * and may wait for nothing that another has who waits for the trail.
     */
    private List<CertificateEntry> changeAll(List<SerialNumber> newestFirst, RevocationReason reason, String actor) {
        Map<SerialNumber, CertificateEntry> known = inventory.findAll(newestFirst);
        List<CertificateEntry> before = newestFirst.reversed().stream()
                .map(known::get)
                .filter(Objects::nonNull)
                .filter(entry -> !entry.revoked() || entry.held() && reason != RevocationReason.CERTIFICATE_HOLD)
                .toList();
        Instant now = now();
        Set<SerialNumber> revokedSo = inventory.revokeAll(before, reason, actor, now);
        List<Change> changes = new ArrayList<>();
        for (CertificateEntry entry : before) {
            if (revokedSo.contains(entry.serialNumber())) {
                changes.add(changed(entry, now, reason, actor));
            } else {
                // Somebody has changed it since it was read.
                inventory
                        .find(entry.serialNumber())
                        .flatMap(present -> change(present, reason, actor))
                        .ifPresent(changes::add);
            }
        }
        audit.record(changes.stream().map(Change::event).toList());
        return changes.reversed().stream().map(Change::after).toList();
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.SECONDS);
    }

    /** The change, or nothing when it was revoked before. */
    private Optional<Change> change(CertificateEntry before, RevocationReason reason, String actor) {
        Instant now = now();
        return inventory.revoke(before.serialNumber(), reason, actor, now)
                ? Optional.of(changed(before, now, reason, actor))
                : Optional.empty();
    }

    private static Change changed(CertificateEntry before, Instant now, RevocationReason reason, String actor) {
        Instant heldAt = before.revokedAt();
        String was = heldAt == null ? "" : ", on hold since " + heldAt;
        AuditEvent event = AuditEvent.success(
                actor,
                reason == RevocationReason.CERTIFICATE_HOLD ? "certificate.held" : "certificate.revoked",
                before.serialNumber().toString(),
                before.name() + ", " + reason.rfcName() + was);
        return new Change(before.revoked(heldAt == null ? now : heldAt, reason), event);
    }

    private RevocationResult again(SerialNumber serialNumber, RevocationReason reason, String actor) {
        CertificateEntry present = inventory.find(serialNumber).orElseThrow();
        if (present.revocationReason() == reason) {
            return new RevocationResult.Revoked(present);
        }
        RevocationReason stated = present.revocationReason();
        return refused(
                serialNumber,
                actor,
                "It was revoked at " + present.revokedAt() + " as "
                        + (stated == null ? "unspecified" : stated.rfcName())
                        + "; a reason is not changed afterwards.");
    }

    private RevocationResult refused(SerialNumber serialNumber, String actor, String detail) {
        AuditEvent event = AuditEvent.refused(actor, "certificate.revocation-refused", serialNumber.toString(), detail);
        audit.record(event);
        return new RevocationResult.Refused(detail, event.reference());
    }

    private ReleaseResult storeRelease(SerialNumber serialNumber, String actor) {
        Optional<CertificateEntry> before = inventory.find(serialNumber);
        if (before.isEmpty()) {
            return new ReleaseResult.Unknown();
        }
        Instant heldAt = before.get().revokedAt();
        if (!inventory.release(serialNumber)) {
            return refusedRelease(before.get(), actor);
        }
        audit.record(AuditEvent.success(
                actor,
                "certificate.released",
                serialNumber.toString(),
                before.get().name() + ", on hold since " + heldAt));
        afterCommit(() -> {
            carry(serialNumber);
            events.publishEvent(new CertificateReleased(serialNumber.toString()));
        });
        return new ReleaseResult.Released(inventory.find(serialNumber).orElseThrow());
    }

    private ReleaseResult refusedRelease(CertificateEntry entry, String actor) {
        RevocationReason reason = entry.revocationReason();
        String detail = reason == null
                ? "It is not on hold, so there is nothing to release it from."
                : "It was revoked at " + entry.revokedAt() + " as " + reason.rfcName()
                        + ", which is for good; only a hold can be released.";
        AuditEvent event = AuditEvent.refused(
                actor, "certificate.release-refused", entry.serialNumber().toString(), detail);
        audit.record(event);
        return new ReleaseResult.Refused(detail, event.reference());
    }

    private static void afterCommit(Runnable announcement) {
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCommit() {
                announcement.run();
            }
        });
    }

    /** First all are in the set, then everybody hears of each; whoever fails keeps the news from nobody. */
    private void announce(List<CertificateEntry> changed, boolean isFollowed) {
        changed.forEach(this::remember);
        RuntimeException failure = null;
        for (CertificateEntry entry : changed) {
            failure = merged(failure, failureOf(() -> publish(entry, isFollowed)));
        }
        if (failure != null) {
            throw failure;
        }
    }

    private void publish(CertificateEntry entry, boolean isFollowed) {
        events.publishEvent(new CertificateRevoked(
                entry.serialNumber().toString(), Objects.requireNonNull(entry.revocationReason()), isFollowed));
    }

    private static @Nullable RuntimeException failureOf(Runnable work) {
        try {
            work.run();
            return null;
        } catch (RuntimeException e) {
            return e;
        }
    }

    private static @Nullable RuntimeException merged(
            @Nullable RuntimeException first, @Nullable RuntimeException second) {
        if (first == null || second == null) {
            return first == null ? second : first;
        }
        first.addSuppressed(second);
        return first;
    }

    private void remember(CertificateEntry entry) {
        if (entry.held()) {
            carry(entry.serialNumber());
            return;
        }
        carrying.lock();
        try {
            revoked(entry).ifPresent(known -> revoked.put(known.serialNumber(), known));
        } finally {
            carrying.unlock();
        }
    }

    /** A hold may have been released, or a release followed by another hold, since: what the database says now counts. */
    private void carry(SerialNumber serialNumber) {
        carrying.lock();
        try {
            Optional<RevokedEntry> now = inventory.find(serialNumber).flatMap(Revocation::revoked);
            now.ifPresentOrElse(known -> revoked.put(serialNumber, known), () -> revoked.remove(serialNumber));
        } finally {
            carrying.unlock();
        }
    }

    private static Optional<RevokedEntry> revoked(CertificateEntry entry) {
        Instant at = entry.revokedAt();
        RevocationReason reason = entry.revocationReason();
        return at == null || reason == null
                ? Optional.empty()
                : Optional.of(new RevokedEntry(entry.serialNumber(), entry.issuer(), at, reason, entry.notAfter()));
    }

    /** How many certificates are revoked and have not ended. */
    int size() {
        return revoked.size();
    }

    /** Forgets what has ended by itself: nothing trusts it any more. */
    void forgetEnded() {
        Instant now = clock.instant();
        revoked.values().removeIf(entry -> entry.notAfter().isBefore(now));
    }
}
