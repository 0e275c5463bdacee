package dev.waxwing.ca.revocation;

import dev.waxwing.ca.audit.AuditEvent;
import dev.waxwing.ca.audit.AuditTrail;
import dev.waxwing.ca.authority.AuthorityId;
import dev.waxwing.ca.authority.CertificateAuthority;
import dev.waxwing.ca.authority.DataDirectory;
import dev.waxwing.ca.authority.IssuingAuthority;
import dev.waxwing.ca.authority.Withdrawal;
import dev.waxwing.ca.inventory.Inventory;
import dev.waxwing.ca.inventory.RevocationReason;
import dev.waxwing.ca.inventory.SerialNumber;
import dev.waxwing.wire.Quantity;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Revokes everything that an issuing authority has issued and that has not ended, the server's own certificates among it, or puts it
 * on hold. That may be a hundred thousand certificates and take minutes, so it is done beside, on a thread for each authority.
 *
 * <pre>
 *  order kept ─► what is being signed is given up ─► 50 certificates in a transaction ─► … ─► audited ─► order forgotten
 *                          ▲                                                                        │
 *                          └────────────── restart, or asked again after a failure ◄────────────────┘
 * </pre>
 *
 * A group that fails, or whose listeners do, does not keep the others from being revoked. Any thread may call; one lock guards the
 * beginning of a sweep and the files of the orders.
 */
public final class Sweeps implements SmartLifecycle {

    /** So many share a transaction: others who write to the audit trail wait for it. */
    static final int AT_ONCE = 50;

    /** After the schedule, which hears of each revocation, and before it is stopped. */
    private static final int PHASE = -900;

    private static final Logger LOG = LoggerFactory.getLogger(Sweeps.class);
    private static final long STOP_SECONDS = 10;
    private static final String UNHEARD = "not everybody has heard of it";

    private final DataDirectory home;
    private final CertificateAuthority authority;
    private final Inventory inventory;
    private final Revocation revocation;
    private final AuditTrail audit;
    private final SweepPatience patience;
    private final Clock clock;
    private final ReentrantLock beginning = new ReentrantLock();
    private final Map<AuthorityId, Running> newest = new ConcurrentHashMap<>();
    private volatile boolean stopping;
    private volatile boolean started;

    /** Sweeps of these authorities; orders are kept in that directory. */
    public Sweeps(
            DataDirectory home,
            CertificateAuthority authority,
            Inventory inventory,
            Revocation revocation,
            AuditTrail audit,
            SweepPatience patience,
            Clock clock) {
        this.home = home;
        this.authority = authority;
        this.inventory = inventory;
        this.revocation = revocation;
        this.audit = audit;
        this.patience = patience;
        this.clock = clock;
    }

    /** Goes on with what was not carried out to its end. */
    @Override
    public void start() {
        stopping = false;
        for (SweepOrder order : SweepOrder.kept(home)) {
            if (authority.issuer(order.issuer()).isEmpty()) {
                LOG.warn("Nothing of issuing authority {} is revoked: there is none of this name", order.issuer());
                order.forget(home);
            } else {
                LOG.info("Revoking what issuing authority {} has issued goes on", order.issuer());
                launch(order);
            }
        }
        sweepRevokedAuthorities();
        started = true;
    }

    /**
     * Nothing of a revoked authority counts: begins a sweep where something is left. No order was kept when the server failed or died
     * right after the revocation, or was restored. One that has failed is for whoever asks again.
     */
    public void sweepRevokedAuthorities() {
        authority.revokedIssuers().forEach(this::sweepWhatIsLeft);
    }

    private void sweepWhatIsLeft(IssuingAuthority revoked) {
        Withdrawal withdrawal = Objects.requireNonNull(revoked.withdrawal(), "it is revoked");
        RevocationReason reason = RevocationReason.parse(withdrawal.reason()).orElse(RevocationReason.UNSPECIFIED);
        boolean isDone = of(revoked.id()).map(Sweep::state).orElse(Sweep.State.DONE) == Sweep.State.DONE;
        if (isDone && inventory.countRevocable(revoked.id(), reason, clock.instant()) > 0) {
            LOG.info("Revoking what issuing authority {} has issued, because it is revoked itself", revoked.id());
            begun(revoked.id(), reason, withdrawal.by());
        }
    }

    /** The group that is being revoked still needs the database; the others are for the next start. */
    @Override
    public void stop() {
        stopping = true;
        started = false;
        for (Running running : newest.values()) {
            if (!running.ended(TimeUnit.SECONDS.toNanos(STOP_SECONDS))) {
                LOG.warn("A group of certificates was not revoked after {} s", STOP_SECONDS);
            }
        }
    }

    @Override
    public boolean isRunning() {
        return started;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }

    /**
     * Begins a sweep, or goes on with one for the same reason that has failed, and waits for its end, but not for long. Asking while
     * it goes on begins nothing.
     *
     * @return how far it is; nothing when one for another reason goes on
     */
    public Optional<Sweep> order(AuthorityId issuer, RevocationReason reason, String actor) {
        Running running = begun(issuer, reason, actor);
        if (running.view.reason() != reason) {
            return Optional.empty();
        }
        running.ended(patience.most().toNanos());
        return Optional.of(running.view);
    }

    /** How far the newest sweep of an authority since the start is. */
    public Optional<Sweep> of(AuthorityId issuer) {
        return Optional.ofNullable(newest.get(issuer)).map(running -> running.view);
    }

    private Running begun(AuthorityId issuer, RevocationReason reason, String actor) {
        beginning.lock();
        try {
            Running present = newest.get(issuer);
            if (present != null && present.view.state() == Sweep.State.RUNNING) {
                return present;
            }
            // Beyond what the database rounds.
            Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS).plusMillis(1);
            SweepOrder order = SweepOrder.kept(home).stream()
                    .filter(kept -> kept.issuer().equals(issuer) && kept.reason() == reason)
                    .findFirst()
                    .orElseGet(() ->
                            new SweepOrder(issuer, reason, actor, now, inventory.countRevocable(issuer, reason, now)));
            order.keep(home);
            return launch(order);
        } finally {
            beginning.unlock();
        }
    }

    private Running launch(SweepOrder order) {
        Running running = new Running(order);
        newest.put(order.issuer(), running);
        Thread.ofVirtual().name("ca-sweep").start(audit.carried(running::run));
        return running;
    }

    /** One sweep. Its own thread changes it, any thread may look. */
    private final class Running {

        private final SweepOrder order;
        private final CountDownLatch over = new CountDownLatch(1);
        private volatile Sweep view;

        /** How many certificates of groups that failed are as they were. */
        private int left;

        private @Nullable RuntimeException failure;

        /** Under which the audit trail has its end, once it has. */
        private @Nullable String reference;

        Running(SweepOrder order) {
            this.order = order;
            this.view = new Sweep(
                    order.issuer(), order.reason(), order.begun(), Sweep.State.RUNNING, order.total(), 0, null, null);
        }

        boolean ended(long nanos) {
            try {
                return over.await(nanos, TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }

        void run() {
            try {
                if (sweep()) {
                    conclude();
                }
            } catch (RuntimeException e) {
                fail(e);
            } finally {
                over.countDown();
            }
        }

        /** False when the server stops before the end. */
        private boolean sweep() {
            left = order.total();
            inventory.abandonAllBy(order.issuer(), order.begun());
            List<SerialNumber> all = inventory.revocable(order.issuer(), order.reason(), order.begun());
            // The others were revoked before an interruption, or by somebody else meanwhile.
            view = view.with(Math.max(0, order.total() - all.size()));
            left = 0;
            for (int from = 0; from < all.size(); from += AT_ONCE) {
                if (stopping) {
                    return false;
                }
                int to = Math.min(from + AT_ONCE, all.size());
                revoke(all.subList(from, to), to < all.size());
            }
            return true;
        }

        private void revoke(List<SerialNumber> group, boolean isFollowed) {
            int before = view.revoked();
            try {
                revocation.revokeGroup(
                        group,
                        order.reason(),
                        order.actor(),
                        isFollowed,
                        changed -> view = view.with(before + changed));
            } catch (RuntimeException e) {
                if (view.revoked() == before) {
                    left += group.size();
                }
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }

        /** Not while another order is written. */
        private void forget() {
            beginning.lock();
            try {
                order.forget(home);
            } finally {
                beginning.unlock();
            }
        }

        private void conclude() {
            if (left == 0) {
                AuditEvent event = AuditEvent.success(
                        order.actor(),
                        "authority.swept",
                        subject(),
                        failure == null ? what() : what() + "; " + UNHEARD + ": " + failure);
                audit.record(event);
                reference = event.reference();
                forget();
            }
            if (failure != null) {
                throw failure;
            }
            view = view.done();
        }

        /** Whoever has ordered it is told where it is written, which is in one place. */
        private void fail(RuntimeException why) {
            LOG.error("Not everything that issuing authority {} has issued could be revoked", order.issuer(), why);
            String what = left == 0 ? UNHEARD : left + " could not be revoked";
            String written = reference;
            view = view.failed(
                    what + "; the server's log says why", written == null ? failed(what + ": " + why) : written);
        }

        private String failed(String why) {
            AuditEvent event =
                    AuditEvent.refused(order.actor(), "authority.sweep-failed", subject(), what() + "; " + why);
            try {
                audit.record(event);
            } catch (RuntimeException e) {
                LOG.error("This could not be written to the audit log: {}", event, e);
            }
            return event.reference();
        }

        private String subject() {
            return "issuing authority " + order.issuer();
        }

        private String what() {
            return Quantity.of(view.revoked(), "certificate") + ", "
                    + order.reason().rfcName();
        }
    }
}
