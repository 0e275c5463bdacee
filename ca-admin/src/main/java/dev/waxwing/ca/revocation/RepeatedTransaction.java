package dev.waxwing.ca.revocation;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * A transaction that is done once more when the database broke it off in favour of another: a revocation must not fail because a
 * device came in the same moment. Inside the transaction of a caller nothing is repeated; that is the caller's. Any thread may call.
 *
 * @param transactions how a transaction is made
 */
public record RepeatedTransaction(TransactionTemplate transactions) {

    /**
     * Does it in a transaction.
     *
     * @param work what, never with null as its result; it may be done twice, the first time without a trace
     * @throws ConcurrencyFailureException when it was broken off the second time too
     */
    public <T> T execute(Supplier<T> work) {
        boolean isInner = TransactionSynchronizationManager.isActualTransactionActive();
        AtomicBoolean worked = new AtomicBoolean();
        try {
            return once(work, worked);
        } catch (ConcurrencyFailureException e) {
            // What fails after the work is perhaps somebody who was told of a commit.
            if (isInner || worked.get()) {
                throw e;
            }
            return once(work, worked);
        }
    }

    private <T> T once(Supplier<T> work, AtomicBoolean worked) {
        return Objects.requireNonNull(
                transactions.execute(_ -> {
                    T result = work.get();
                    worked.set(true);
                    return result;
                }),
                "the work always has a result");
    }
}
