package dev.waxwing.server.admission;

import java.time.Duration;

/** So many at once, and so many more as time passes. Times are those of {@link System#nanoTime()}. Its owner guards it. */
public final class TokenBucket {

    private final int burst;
    private final double perNano;
    private double tokens;
    private long filledAt;

    /**
     * @param burst how many it holds, and begins with
     * @param refill how long it takes for one more
     */
    public TokenBucket(int burst, Duration refill, long now) {
        this.burst = burst;
        this.perNano = 1.0 / refill.toNanos();
        this.tokens = burst;
        this.filledAt = now;
    }

    /** Takes one, if there is one. */
    public boolean take(long now) {
        tokens = Math.min(burst, tokens + (now - filledAt) * perNano);
        filledAt = now;
        if (tokens < 1) {
            return false;
        }
        tokens--;
        return true;
    }

    /** Gives one back. */
    public void giveBack() {
        tokens = Math.min(burst, tokens + 1);
    }
}
