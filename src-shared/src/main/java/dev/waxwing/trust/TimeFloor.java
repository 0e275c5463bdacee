package dev.waxwing.trust;

import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The latest time that a device has proof of (protocol section 7.1). It keeps an OCSP response that lapsed long ago from
 * being believed again by a device whose clock was set back. It only ever rises, and never to more than
 * {@link StapledStatus#SKEW} after the device's own clock, so that nobody can push it into a future in which no honest
 * response would be believed. Any thread may call.
 */
public final class TimeFloor {

    private final AtomicReference<Instant> latest;

    /** A floor without any proof, which refuses nothing. */
    public TimeFloor() {
        this(Instant.EPOCH);
    }

    /** @param kept what {@link #latest()} was when it was last kept */
    public TimeFloor(Instant kept) {
        this.latest = new AtomicReference<>(kept);
    }

    /** The latest time that there is proof of; the epoch if there is none. */
    public Instant latest() {
        return latest.get();
    }

    /**
     * Takes a proof of the time.
     *
     * @param authenticated what the authority signed, or a server said in a session that it has proved itself in
     * @param now the device's own clock
     */
    public void raise(Instant authenticated, Instant now) {
        Instant most = now.plus(StapledStatus.SKEW);
        Instant bounded = authenticated.isAfter(most) ? most : authenticated;
        latest.accumulateAndGet(bounded, (present, proof) -> proof.isAfter(present) ? proof : present);
    }

    /** Whether something that held until then is proved to be over. */
    boolean isAfter(Instant end) {
        return latest.get().isAfter(end);
    }

    @Override
    public String toString() {
        return latest.toString();
    }
}
