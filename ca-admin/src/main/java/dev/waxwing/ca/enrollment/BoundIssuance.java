package dev.waxwing.ca.enrollment;

import dev.waxwing.ca.inventory.Inventory;
import dev.waxwing.ca.inventory.SerialNumber;
import dev.waxwing.ca.issuance.CertificateOrder;
import dev.waxwing.ca.issuance.Issuance;
import dev.waxwing.ca.issuance.IssuedCertificate;
import dev.waxwing.ca.issuance.Preparation;
import dev.waxwing.ca.issuance.PreparedCertificate;
import dev.waxwing.ca.issuance.RequestFault;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Issues the one certificate that an invite, an allowance or a renewal is good for.
 *
 * <pre>
 *  turn ── settled ──────────────────────────────────────────────────────► answer
 *        ├ contended ──► next turn
 *        └ issue ──► prepare ── refused ─────────────────────────────────► answer
 *                             └► bind (one statement decides) ──► sign ──► answer
 *                                 └ lost: abandon ──► next turn    └ abandoned meanwhile ──► next turn
 * </pre>
 *
 * A certificate is prepared before it is bound, and one is bound at a time, so that an interruption anywhere leaves something that the
 * same key can repeat, and never two certificates. Any thread may call.
 */
final class BoundIssuance {

    /** Turns that are enough to wait for one signature that never comes, and to be beaten to the next a few times. */
    static final int MAX_TURNS = 120;

    /** A signature that takes longer is that of a process that died. */
    private static final Duration SIGNING = Duration.ofSeconds(2);

    private static final Duration PAUSE = Duration.ofMillis(50);

    private final Inventory inventory;
    private final Issuance issuance;
    private final Clock clock;

    BoundIssuance(Inventory inventory, Issuance issuance, Clock clock) {
        this.inventory = inventory;
        this.issuance = issuance;
        this.clock = clock;
    }

    /** How things stand at one look at them. */
    sealed interface Turn<R> {

        /** There is an answer. */
        record Settled<R>(R answer) implements Turn<R> {}

        /** Another thread is or was at it: it is to be looked at anew. */
        record Contended<R>() implements Turn<R> {}

        /**
         * A certificate is to be issued.
         *
         * @param bind binds what was prepared; false when another thread was faster
         * @param refused the answer when it is not issued
         * @param issued the answer when it is
         */
        record Issue<R>(
                CertificateOrder order,
                Predicate<SerialNumber> bind,
                Function<RequestFault, R> refused,
                Function<X509Certificate, R> issued)
                implements Turn<R> {}
    }

    /** Takes turns until there is an answer. */
    <R> R settle(Supplier<Turn<R>> turns) {
        for (int turn = 0; turn < MAX_TURNS; turn++) {
            Optional<R> answer = switch (turns.get()) {
                case Turn.Settled<R> settled -> Optional.of(settled.answer());
                case Turn.Contended<R> _ -> Optional.empty();
                case Turn.Issue<R> issue -> prepare(issue);
            };
            if (answer.isPresent()) {
                return answer.get();
            }
        }
        throw new IllegalStateException("a certificate was contended for more than " + MAX_TURNS + " turns");
    }

    private <R> Optional<R> prepare(Turn.Issue<R> wanted) {
        return switch (issuance.prepare(wanted.order())) {
            case Preparation.Refused(RequestFault fault) ->
                Optional.of(wanted.refused().apply(fault));
            case Preparation.Prepared(PreparedCertificate prepared) -> bindAndSign(wanted, prepared);
        };
    }

    private <R> Optional<R> bindAndSign(Turn.Issue<R> wanted, PreparedCertificate prepared) {
        if (!wanted.bind().test(prepared.serialNumber())) {
            issuance.abandon(prepared.serialNumber());
            return Optional.empty();
        }
        return issuance.sign(prepared).map(IssuedCertificate::certificate).map(wanted.issued());
    }

    /**
     * Whether nothing can come any more of a certificate that was prepared and bound, and perhaps never signed because a process
     * died; waits a little while another thread may still be signing it.
     */
    boolean isOutOfTheWay(SerialNumber intent) {
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
