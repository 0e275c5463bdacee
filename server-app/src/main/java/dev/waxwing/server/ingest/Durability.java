package dev.waxwing.server.ingest;

import java.sql.DatabaseMetaData;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcUtils;
import org.springframework.jdbc.support.MetaDataAccessException;
import org.springframework.stereotype.Component;

/**
 * What it takes, after a commit, until the database cannot forget it any more. PostgreSQL's commit says so itself; H2 writes at
 * commit but synchronises only when told to.
 */
@Component
final class Durability {

    private final JdbcClient jdbc;
    private final boolean checkpoint;

    Durability(DataSource database, JdbcClient jdbc) {
        this.jdbc = jdbc;
        this.checkpoint = "H2".equals(product(database));
    }

    /** Returns when everything committed so far would survive a crash of the machine. */
    void sync() {
        if (checkpoint) {
            jdbc.sql("CHECKPOINT SYNC").update();
        }
    }

    private static String product(DataSource database) {
        try {
            return JdbcUtils.extractDatabaseMetaData(database, DatabaseMetaData::getDatabaseProductName);
        } catch (MetaDataAccessException e) {
            throw new IllegalStateException("the database does not say what it is", e);
        }
    }
}
