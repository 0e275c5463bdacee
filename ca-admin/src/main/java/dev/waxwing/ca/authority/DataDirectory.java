package dev.waxwing.ca.authority;

import java.nio.file.Path;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where a server keeps everything that it creates.
 *
 * @param dataDir the directory, {@code ./data} unless configured
 */
@ConfigurationProperties("waxwing")
public record DataDirectory(@DefaultValue("data") Path dataDir) {

    /** The directory of the private keys, readable by its owner only. */
    public Path keys() {
        return dataDir.resolve("keys");
    }
}
