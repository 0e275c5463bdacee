package dev.waxwing.channel;

import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The thread that runs deadlines. Nearly all of them are cancelled, so it is not woken for each that is set: it sleeps until the
 * earliest that it has heard of, even if that is cancelled meanwhile, and only an earlier one than that wakes it.
 */
final class Timer implements Runnable {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition earlier = lock.newCondition();
    private final SortedSet<Deadline> pending = new TreeSet<>();
    private long count;

    /** Whether the thread sleeps until a time, and which. */
    private boolean sleepsUntilTime;

    private long wakesAt;

    private Timer() {}

    static Timer start(String name) {
        Timer timer = new Timer();
        Thread.ofPlatform().daemon().name(name).start(timer);
        return timer;
    }

    /** @param time by {@link System#nanoTime()} */
    Deadline schedule(long time, Runnable action) {
        lock.lock();
        try {
            Deadline deadline = new Deadline(time, ++count, action);
            pending.add(deadline);
            if (!sleepsUntilTime || time - wakesAt < 0) {
                sleepUntil(time);
                earlier.signal();
            }
            return deadline;
        } finally {
            lock.unlock();
        }
    }

    /** One that runs already or is over is not affected. */
    void cancel(Deadline deadline) {
        lock.lock();
        try {
            pending.remove(deadline);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void run() {
        while (true) {
            try {
                awaitNext().run();
            } catch (InterruptedException e) {
                throw new IllegalStateException("nobody interrupts the timer", e);
            } catch (Throwable e) {
                report(e); // The others must go on, whatever this was.
            }
        }
    }

    private static void report(Throwable e) {
        Thread self = Thread.currentThread();
        try {
            self.getUncaughtExceptionHandler().uncaughtException(self, e);
        } catch (Throwable unheard) {
            e.addSuppressed(unheard); // There is nobody left to tell.
        }
    }

    private Deadline awaitNext() throws InterruptedException {
        lock.lock();
        try {
            while (true) {
                if (pending.isEmpty()) {
                    sleepsUntilTime = false;
                    earlier.await();
                    continue;
                }
                Deadline first = pending.first();
                long wait = first.time() - System.nanoTime();
                if (wait <= 0) {
                    pending.remove(first);
                    return first;
                }
                sleepUntil(first.time());
                earlier.awaitNanos(wait);
            }
        } finally {
            lock.unlock();
        }
    }

    private void sleepUntil(long time) {
        sleepsUntilTime = true;
        wakesAt = time;
    }
}
