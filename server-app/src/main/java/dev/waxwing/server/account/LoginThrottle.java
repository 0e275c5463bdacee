package dev.waxwing.server.account;

import dev.waxwing.channel.SourcePrefix;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Makes guessing slow: after a few failures for one name from one source, and after many from one source, that source
 * has to wait, longer each time. Nobody can lock somebody else out, because a wait never applies to other sources.
 *
 * <p>Any thread may call it; one lock guards the bounded table.
 */
final class LoginThrottle {

    private static final int FREE_PER_NAME = 5;
    private static final int FREE_PER_SOURCE = 40;
    private static final Duration FIRST_WAIT = Duration.ofSeconds(5);
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(15);
    private static final Duration FORGET_AFTER = Duration.ofHours(1);
    private static final int MOST_ENTRIES = 20_000;

    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Key, Failures> table = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Failures> eldest) {
            return size() > MOST_ENTRIES;
        }
    };

    LoginThrottle(Clock clock) {
        this.clock = clock;
    }

    private record Key(String name, SourcePrefix source) {}

    private record Failures(int count, Instant last, Instant blockedUntil) {}

    /** How long {@code address} has to wait before it may try {@code name} again; nothing when it may try now. */
    Optional<Duration> wait(String name, String address) {
        Instant now = clock.instant();
        lock.lock();
        try {
            Instant until = later(blockedUntil(perName(name, address), now), blockedUntil(perSource(address), now));
            return until.isAfter(now) ? Optional.of(Duration.between(now, until)) : Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    /** Counts a failure; true when it is the one that makes the source wait for the first time. */
    boolean failed(String name, String address) {
        lock.lock();
        try {
            boolean byName = count(perName(name, address), FREE_PER_NAME);
            boolean bySource = count(perSource(address), FREE_PER_SOURCE);
            return byName || bySource;
        } finally {
            lock.unlock();
        }
    }

    /** Forgets the failures of this name from this source. What the source did to other names stays. */
    void succeeded(String name, String address) {
        lock.lock();
        try {
            table.remove(perName(name, address));
        } finally {
            lock.unlock();
        }
    }

    private boolean count(Key key, int free) {
        Instant now = clock.instant();
        Failures before = table.get(key);
        int count = before == null || before.last().plus(FORGET_AFTER).isBefore(now) ? 1 : before.count() + 1;
        Instant until = count < free ? Instant.MIN : now.plus(waitAfter(count - free));
        table.put(key, new Failures(count, now, until));
        return count == free;
    }

    private static Duration waitAfter(int failuresTooMany) {
        Duration wait = FIRST_WAIT.multipliedBy(1L << Math.min(failuresTooMany, 20));
        return wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait;
    }

    /** A failure of the future is from before the clock was set back: the wait for it could take years. */
    private Instant blockedUntil(Key key, Instant now) {
        Failures failures = table.get(key);
        return failures == null || now.isBefore(failures.last()) ? Instant.MIN : failures.blockedUntil();
    }

    private static Instant later(Instant a, Instant b) {
        return a.isAfter(b) ? a : b;
    }

    private static Key perName(String name, String address) {
        return new Key(name, SourcePrefix.spelled(address));
    }

    private static Key perSource(String address) {
        return new Key("", SourcePrefix.spelled(address));
    }
}
