package dev.waxwing.server.admission;

import dev.waxwing.channel.SourcePrefix;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * Decides about each new connection before a byte of it is read (docs/protocol.md, section 2.3), in the manner of OpenSSH's
 * MaxStartups and PerSourcePenalties. Any thread may call; one lock guards the table of sources, and nothing waits under it.
 */
public final class Gate {

    /** Sources remembered in each table; some 300 bytes each. */
    private static final int MOST_SOURCES = 16_384;

    /** How many of a hundred connections of a known source are dropped while it is shut out. */
    private static final int DROPPED_OF_KNOWN = 80;

    private static final int ALL = 100;

    private final AdmissionProperties properties;
    private final List<SourceRange> exempts;
    private final EarlyDrop strangers;
    private final RandomGenerator random;
    private final LongSupplier nanoTime;
    private final ReentrantLock lock = new ReentrantLock();
    private final Sources sources;
    private final AtomicLongArray dropped = new AtomicLongArray(Drop.values().length);
    private int unauthenticated;

    /**
     * @param random decides who is dropped early
     * @param nanoTime a clock like {@link System#nanoTime()}
     */
    public Gate(AdmissionProperties properties, RandomGenerator random, LongSupplier nanoTime) {
        this(properties, random, nanoTime, MOST_SOURCES);
    }

    Gate(AdmissionProperties properties, RandomGenerator random, LongSupplier nanoTime, int mostSources) {
        this.properties = properties;
        this.exempts = properties.exemptRanges();
        this.strangers = properties.forStrangers();
        this.random = random;
        this.nanoTime = nanoTime;
        this.sources = new Sources(mostSources);
    }

    /** Whether a connection from this address is heard. Whoever gets a place has to leave it. */
    public Entry enter(InetAddress address) {
        SourcePrefix source = SourcePrefix.of(address);
        boolean exempt = exempts.stream().anyMatch(range -> range.contains(address));
        lock.lock();
        try {
            Entry entry = exempt ? enterExempt(source) : enter(source, nanoTime.getAsLong());
            switch (entry) {
                case Entry.Heard _ -> unauthenticated++;
                case Entry.Dropped(Drop reason) -> dropped.incrementAndGet(reason.ordinal());
            }
            return entry;
        } finally {
            lock.unlock();
        }
    }

    /** How many connections are without a session now. */
    public int unauthenticated() {
        lock.lock();
        try {
            return unauthenticated;
        } finally {
            lock.unlock();
        }
    }

    /** How many sources are shut out now. */
    public long penalised() {
        lock.lock();
        try {
            return sources.penalised(nanoTime.getAsLong());
        } finally {
            lock.unlock();
        }
    }

    /** How many connections were dropped for this reason since the start. */
    public long dropped(Drop reason) {
        return dropped.get(reason.ordinal());
    }

    void left(SourcePrefix source, boolean exempt, Conduct conduct) {
        lock.lock();
        try {
            unauthenticated--;
            if (!exempt) {
                left(source, conduct, nanoTime.getAsLong());
            } else if (conduct == Conduct.AUTHENTICATED) {
                sources.know(source);
            }
        } finally {
            lock.unlock();
        }
    }

    int remembered() {
        lock.lock();
        try {
            return sources.size();
        } finally {
            lock.unlock();
        }
    }

    private Entry enterExempt(SourcePrefix source) {
        if (unauthenticated >= properties.maxUnauthenticated()) {
            return new Entry.Dropped(Drop.FULL);
        }
        if (!sources.isKnown(source) && strangers.drops(unauthenticated, random)) {
            return new Entry.Dropped(Drop.EARLY);
        }
        return new Entry.Heard(new Place(this, source, true));
    }

    private Entry enter(SourcePrefix source, long now) {
        SourceRecord record = sources.of(source);
        if (record.shutOut(now) && !isLucky(source)) {
            return new Entry.Dropped(Drop.PENALISED);
        }
        if (unauthenticated >= properties.maxUnauthenticated()) {
            return new Entry.Dropped(Drop.FULL);
        }
        if (record.unauthenticated() >= properties.maxPerSource()) {
            return new Entry.Dropped(Drop.PER_SOURCE);
        }
        if (!sources.isKnown(source) && strangers.drops(unauthenticated, random)) {
            return new Entry.Dropped(Drop.EARLY);
        }
        if (!record.takeConnection(properties, now)) {
            return new Entry.Dropped(Drop.RATE);
        }
        record.entered();
        return new Entry.Heard(new Place(this, source, false));
    }

    /**
     * A known source is heard now and then although it is shut out: else a bad neighbour of a device, who is punished again as
     * soon as the penalty has passed, would keep it out for as long as he likes.
     */
    private boolean isLucky(SourcePrefix source) {
        return sources.isKnown(source) && random.nextInt(ALL) >= DROPPED_OF_KNOWN;
    }

    private void left(SourcePrefix source, Conduct conduct, long now) {
        SourceRecord record = sources.of(source);
        record.left();
        if (conduct == Conduct.AUTHENTICATED) {
            record.forgive();
            sources.know(source);
            return;
        }
        AdmissionProperties.Penalties penalties = properties.penalties();
        record.punish(
                penalties.of(conduct),
                penalties.threshold(),
                sources.isKnown(source) ? penalties.maxKnown() : penalties.max(),
                now);
    }
}
