package dev.waxwing.server.host;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.SQLExceptionOverride.Override;
import java.sql.SQLException;
import org.h2.api.ErrorCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClosedDatabaseTest {

    @ParameterizedTest
    @ValueSource(ints = {ErrorCode.DATABASE_IS_CLOSED, ErrorCode.IO_EXCEPTION_1, ErrorCode.IO_EXCEPTION_2})
    void a_connection_to_a_database_that_closed_itself_leaves_the_pool(int code) {
        assertThat(adjudicate(code)).isEqualTo(Override.MUST_EVICT);
    }

    @Test
    void a_statement_that_was_refused_leaves_its_connection_in_the_pool() {
        assertThat(adjudicate(ErrorCode.DUPLICATE_KEY_1)).isEqualTo(Override.CONTINUE_EVICT);
    }

    private static Override adjudicate(int code) {
        return new ClosedDatabase().adjudicate(new SQLException("failed", "90098", code));
    }
}
