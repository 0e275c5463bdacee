package dev.waxwing.ca.web;

import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.transaction.CannotCreateTransactionException;

/** Tells a database that does not answer from a fault of the program. */
public final class Outage {

    /** What to tell people and programs meanwhile. */
    public static final String DETAIL =
            "The server's database does not answer. Nothing was changed. Try again; if it goes on, look into the"
                    + " server's log.";

    /** How long they are asked to wait. */
    public static final Duration RETRY_AFTER = Duration.ofSeconds(10);

    private Outage() {}

    /** Whether a failure means that the database cannot be reached now. */
    public static boolean is(@Nullable Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof DataAccessResourceFailureException
                    || cause instanceof CannotCreateTransactionException
                    || cause instanceof SQLTransientConnectionException
                    || cause instanceof SQLNonTransientConnectionException
                    || cause instanceof SQLRecoverableException) {
                return true;
            }
        }
        return false;
    }
}
