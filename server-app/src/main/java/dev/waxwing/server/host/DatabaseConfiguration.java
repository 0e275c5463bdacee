package dev.waxwing.server.host;

import dev.waxwing.ca.authority.DataDirectory;
import java.nio.file.Path;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The embedded database below the data directory, unless the operator names another. */
@Configuration(proxyBeanMethods = false)
class DatabaseConfiguration {

    /**
     * Commits are written at once, not half a second later; nobody but this process opens the file; the lock of the audit chain may
     * be waited for a while.
     */
    private static final String SETTINGS = ";WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE;LOCK_TIMEOUT=20000";

    @Bean
    @ConditionalOnProperty(name = "spring.datasource.url", matchIfMissing = true, havingValue = "unset")
    JdbcConnectionDetails embeddedDatabase(DataDirectory directory) {
        Path file =
                directory.dataDir().toAbsolutePath().normalize().resolve("db").resolve("waxwing");
        return new Embedded("jdbc:h2:file:" + file + SETTINGS);
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
