package dev.waxwing.server.host;

import dev.waxwing.ca.authority.DataDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The embedded database below the data directory, unless the operator names another. */
@Configuration(proxyBeanMethods = false)
class DatabaseConfiguration {

    /**
     * Commits are written at once, not half a second later; nobody but this process opens the file; the lock of the audit chain may
     * be waited for a while. The statements of a text and of a seal stay prepared: H2 forgets all but the last eight by default.
     */
    private static final String SETTINGS =
            ";WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE;LOCK_TIMEOUT=20000;QUERY_CACHE_SIZE=64";

    @Bean
    @ConditionalOnProperty(name = "spring.datasource.url", matchIfMissing = true, havingValue = "unset")
    JdbcConnectionDetails embeddedDatabase(DataDirectory directory) {
        Path home = directory.dataDir().toAbsolutePath().normalize().resolve("db");
        closeToOthers(home);
        Path file = home.resolve("waxwing");
        return new Embedded("jdbc:h2:file:" + file + SETTINGS);
    }

    /** H2 makes its files readable for everyone, and the data directory may be one that the operator made. */
    private static void closeToOthers(Path directory) {
        try {
            Files.createDirectories(directory);
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private record Embedded(String url) implements JdbcConnectionDetails {
        @Override
        public String getJdbcUrl() {
            return url;
        }

        @Override
        public String getUsername() {
            return "sa";
        }

        @Override
        public String getPassword() {
            return "";
        }
    }
}
