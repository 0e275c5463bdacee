package dev.waxwing.ca.authority;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * How private keys are kept at rest.
 *
 * @param passphraseFile a file outside the data directory whose content unlocks the keys; without it a key file is made beside
 *     the keys, which protects a stray copy of one key but not a copy of the whole directory
 */
@ConfigurationProperties("waxwing.keys")
public record KeysProperties(@Nullable Path passphraseFile) {}
