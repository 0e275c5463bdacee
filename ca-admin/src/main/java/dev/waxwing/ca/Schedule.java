package dev.waxwing.ca;

import dev.waxwing.ca.issuance.Issuance;
import dev.waxwing.ca.issuance.RoleCredentials;
import dev.waxwing.ca.revocation.CertificateReleased;
import dev.waxwing.ca.revocation.CertificateRevoked;
import dev.waxwing.ca.revocation.RevocationLists;
import dev.waxwing.ca.revocation.Sweeps;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/**
 * What the authority does by itself: a new revocation list within a second of a revocation, or within three when there was one just
 * before, and once a minute a look at everything that comes to its end. While very many are revoked by one order, what their lists
 * cost is in proportion to what else is done; the last of them asks for a list as a single one does. One thread of its own; events
 * only leave word for it.
 */
@Component
class Schedule implements SmartLifecycle {

    /** Before and after everything in the default phase, the device listener among it. */
    static final int PHASE = -1_000;

    private static final Logger LOG = LoggerFactory.getLogger(Schedule.class);
    private static final long RENEWAL_DELAY = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long ROUND_SECONDS = 60;
    private static final long STOP_SECONDS = 10;

    private final RevocationLists lists;
    private final RoleCredentials credentials;
    private final Issuance issuance;
    private final Sweeps sweeps;
    private final AtomicBoolean renewalAsked = new AtomicBoolean();
    private final AtomicBoolean listAsked = new AtomicBoolean();
    private final AtomicBoolean listOfSomeAsked = new AtomicBoolean();
    private final ListPace pace = new ListPace(System::nanoTime);
    private volatile @Nullable ScheduledExecutorService thread;

    Schedule(RevocationLists lists, RoleCredentials credentials, Issuance issuance, Sweeps sweeps) {
        this.lists = lists;
        this.credentials = credentials;
        this.issuance = issuance;
        this.sweeps = sweeps;
    }

    @Override
    public void start() {
        renewalAsked.set(false);
        listAsked.set(false);
        listOfSomeAsked.set(false);
        ScheduledThreadPoolExecutor started = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().name("ca-schedule").daemon().factory());
        started.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        started.scheduleWithFixedDelay(this::round, 0, ROUND_SECONDS, TimeUnit.SECONDS);
        thread = started;
    }

    /** What was asked for and has not begun is left to the next start; what has begun still needs the database. */
    @Override
    public void stop() {
        ScheduledExecutorService stopping = thread;
        thread = null;
        if (stopping != null) {
            stopping.shutdown();
            await(stopping);
        }
    }

    private static void await(ScheduledExecutorService stopping) {
        try {
            if (!stopping.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("The revocation list or certificate being made was not done after {} s", STOP_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return thread != null;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }

    /** Many revocations at once make one list. */
    @EventListener
    void on(CertificateRevoked event) {
        ScheduledExecutorService running = thread;
        if (running == null) {
            return; // The list of the next start has it.
        }
        try {
            ask(running, renewalAsked, this::renewAfterRevocation, RENEWAL_DELAY);
            if (event.isFollowed()) {
                ask(running, listOfSomeAsked, () -> listAfterRevocation(listOfSomeAsked), pace.nanosUntilNextOfSome());
            } else {
                ask(running, listAsked, () -> listAfterRevocation(listAsked), pace.nanosUntilNext());
            }
        } catch (RejectedExecutionException e) {
            LOG.debug("Stopping; the list of the next start has {}", event.serialNumber());
        }
    }

    @EventListener
    void on(CertificateReleased event) {
        ScheduledExecutorService running = thread;
        if (running == null) {
            return; // The list of the next start is without it.
        }
        try {
            ask(running, listAsked, () -> listAfterRevocation(listAsked), pace.nanosUntilNext());
        } catch (RejectedExecutionException e) {
            LOG.debug("Stopping; the list of the next start is without {}", event.serialNumber());
        }
    }

    private static void ask(ScheduledExecutorService running, AtomicBoolean asked, Runnable work, long delay) {
        if (asked.compareAndSet(false, true)) {
            running.schedule(work, delay, TimeUnit.NANOSECONDS);
        }
    }

    /** If one of the server's own was revoked, it is replaced before a list is made, which may take a while. */
    private void renewAfterRevocation() {
        renewalAsked.set(false); // Before it is looked: a revocation from now on asks again.
        guarded("renew the server's certificates", credentials::renewWhereDue);
    }

    private void listAfterRevocation(AtomicBoolean asked) {
        asked.set(false); // Before the list is read: a revocation from now on asks for another one.
        pace.make(() -> guarded("make the revocation list", lists::rebuildWhereChanged));
    }

    private void round() {
        guarded("give up stale intents", issuance::abandonStale);
        guarded("renew the server's certificates", credentials::renewWhereDue);
        guarded("make the revocation lists", lists::rebuildWhereDue);
        guarded("revoke what revoked authorities have issued", sweeps::sweepRevokedAuthorities);
    }

    /** An exception would silently end the schedule. */
    private static void guarded(String what, Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            LOG.error("Could not {}; trying again in a minute", what, e);
        }
    }
}
