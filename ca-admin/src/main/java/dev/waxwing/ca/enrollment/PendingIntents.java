package dev.waxwing.ca.enrollment;

import dev.waxwing.ca.inventory.Inventory;
import dev.waxwing.ca.inventory.SerialNumber;
import dev.waxwing.ca.issuance.Issuance;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * Gets certificates out of the way that were prepared and bound to a key, and perhaps never signed because a process died. Any
 * thread may call.
 */
final class PendingIntents {

    /** Turns that are enough to wait for one signature that never comes, and to be beaten to the next a few times. */
    static final int MAX_TURNS = 120;

    /** A signature that takes longer is that of a process that died. */
    private static final Duration SIGNING = Duration.ofSeconds(2);

    private static final Duration PAUSE = Duration.ofMillis(50);

    private final Inventory inventory;
    private final Issuance issuance;
    private final Clock clock;

    PendingIntents(Inventory inventory, Issuance issuance, Clock clock) {
        this.inventory = inventory;
        this.issuance = issuance;
        this.clock = clock;
    }

    /** Whether nothing can come any more of an intent; waits a little while another thread may still be signing it. */
    boolean outOfTheWay(SerialNumber intent) {
        Optional<Instant> storedAt = inventory.intentStoredAt(intent);
        if (storedAt.isEmpty()) {
            return inventory.find(intent).isEmpty(); // Given up before, or signed in this very moment.
        }
        if (clock.instant().isAfter(storedAt.get().plus(SIGNING))) {
            return issuance.abandon(intent);
        }
        LockSupport.parkNanos(PAUSE.toNanos());
        return false;
    }
}
