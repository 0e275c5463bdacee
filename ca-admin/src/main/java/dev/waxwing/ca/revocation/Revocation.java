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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Revokes certificates, and answers for each handshake whether one is revoked, from memory.
 *
 * <p>Order of a revocation: the transaction with its audit event, the in-memory set, then the {@link CertificateRevoked} event.
 * The set is loaded by the constructor. Any thread may call.
 */
public final class Revocation {

    private final Inventory inventory;
    private final AuditTrail audit;
    private final TransactionTemplate transactions;
    private final ApplicationEventPublisher events;
    private final Clock clock;
    private final Map<SerialNumber, RevokedEntry> revoked = new ConcurrentHashMap<>();

    /** Loads everything that is revoked and has not ended. */
    public Revocation(
            Inventory inventory,
            AuditTrail audit,
            TransactionTemplate transactions,
            ApplicationEventPublisher events,
            Clock clock) {
        this.inventory = inventory;
        this.audit = audit;
        this.transactions = transactions;
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

    /** Revokes for good. Asking again for the same reason changes nothing and succeeds. */
    public RevocationResult revoke(SerialNumber serialNumber, RevocationReason reason, String actor) {
        RevocationResult result = transactions.execute(_ -> store(serialNumber, reason, actor));
        if (result == null) {
            throw new IllegalStateException("the transaction always has a result");
        }
        return result;
    }

    /** Revokes, as superseded, whatever a device had before {@code kept} was issued and that has not ended. */
    public void supersede(String device, SerialNumber kept, String actor) {
        Instant issued = inventory.find(kept).orElseThrow().createdAt();
        inventory.ofName(device, CertificateRole.DEVICE).stream()
                .filter(entry ->
                        !entry.serialNumber().equals(kept) && entry.createdAt().isBefore(issued))
                .filter(entry ->
                        entry.status() == CertificateStatus.VALID || entry.status() == CertificateStatus.EXPIRING)
                .forEach(entry -> revoke(entry.serialNumber(), RevocationReason.SUPERSEDED, actor));
    }

    /**
     * Revokes whatever a device has that counts or may count again, and gives up what is being signed for it. Joins the caller's
     * transaction.
     *
     * @return how many certificates
     */
    public int revokeAll(String device, RevocationReason reason, String actor) {
        inventory.abandonAllOf(device, CertificateRole.DEVICE);
        List<CertificateEntry> live = inventory.ofName(device, CertificateRole.DEVICE).stream()
                .filter(entry ->
                        entry.status() != CertificateStatus.REVOKED && entry.status() != CertificateStatus.EXPIRED)
                .toList();
        live.forEach(entry -> revoke(entry.serialNumber(), reason, actor));
        return live.size();
    }

    private RevocationResult store(SerialNumber serialNumber, RevocationReason reason, String actor) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        Optional<CertificateEntry> before = inventory.find(serialNumber);
        if (before.isEmpty()) {
            return new RevocationResult.Unknown();
        }
        if (before.get().status() == CertificateStatus.EXPIRED) {
            return refused(
                    serialNumber, actor, "It expired at " + before.get().notAfter() + "; nothing trusts it any more.");
        }
        if (!inventory.revoke(serialNumber, reason, actor, now)) {
            return again(serialNumber, reason, actor);
        }
        audit.record(AuditEvent.success(
                actor,
                "certificate.revoked",
                serialNumber.toString(),
                before.get().name() + ", " + reason.rfcName()));
        RevokedEntry entry = new RevokedEntry(
                serialNumber, before.get().issuer(), now, reason, before.get().notAfter());
        afterCommit(() -> announce(entry));
        return new RevocationResult.Revoked(before.get().revoked(now, reason));
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

    private static void afterCommit(Runnable announcement) {
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCommit() {
                announcement.run();
            }
        });
    }

    private void announce(RevokedEntry entry) {
        revoked.put(entry.serialNumber(), entry);
        events.publishEvent(new CertificateRevoked(entry.serialNumber().toString(), entry.reason()));
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
