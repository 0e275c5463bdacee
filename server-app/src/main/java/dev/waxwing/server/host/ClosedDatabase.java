package dev.waxwing.server.host;

import com.zaxxer.hikari.SQLExceptionOverride;
import java.sql.SQLException;
import org.h2.api.ErrorCode;

/**
 * Has the pool let go of connections to a database that closed itself. H2 does that when it cannot write, for example on a full
 * disk; its connections still call themselves valid afterwards, and as long as the pool hands them out nothing works, although a
 * new connection would open the database again.
 */
public final class ClosedDatabase implements SQLExceptionOverride {

    @java.lang.Override
    public Override adjudicate(SQLException failure) {
        return switch (failure.getErrorCode()) {
            case ErrorCode.DATABASE_IS_CLOSED,
                    ErrorCode.DATABASE_CALLED_AT_SHUTDOWN,
                    ErrorCode.CONNECTION_BROKEN_1,
                    ErrorCode.FILE_CORRUPTED_1,
                    ErrorCode.IO_EXCEPTION_1,
                    ErrorCode.IO_EXCEPTION_2,
                    ErrorCode.OBJECT_CLOSED -> Override.MUST_EVICT;
            default -> Override.CONTINUE_EVICT;
        };
    }
}
