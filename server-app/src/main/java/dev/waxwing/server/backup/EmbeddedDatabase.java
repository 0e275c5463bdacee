package dev.waxwing.server.backup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Whether the database that is open is the one below a data directory: only that one is backed up and restored with it. */
final class EmbeddedDatabase {

    private static final String FILE = ".mv.db";

    private EmbeddedDatabase() {}

    static boolean isBelow(Path home, JdbcClient jdbc) throws IOException {
        Path expected = home.resolve("db/waxwing" + FILE);
        Optional<Path> open = path(jdbc);
        return open.isPresent()
                && Files.exists(open.get())
                && Files.exists(expected)
                && Files.isSameFile(open.get(), expected);
    }

    private static Optional<Path> path(JdbcClient jdbc) {
        try {
            return jdbc.sql("SELECT DATABASE_PATH() WHERE DATABASE_PATH() IS NOT NULL")
                    .query(String.class)
                    .optional()
                    .map(path -> Path.of(path + FILE));
        } catch (DataAccessException e) {
            return Optional.empty(); // Not H2.
        }
    }
}
