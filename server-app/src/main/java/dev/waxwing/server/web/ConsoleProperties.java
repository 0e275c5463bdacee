package dev.waxwing.server.web;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How people reach the console.
 *
 * @param bind the address it listens on
 * @param behindProxy whether a proxy in front of it speaks TLS and tells the browser's address
 * @param adminPasswordFile a file whose content becomes user {@code admin}'s password on the first start
 */
@ConfigurationProperties("waxwing.console")
record ConsoleProperties(
        @DefaultValue("127.0.0.1") String bind,
        @DefaultValue("false") boolean behindProxy,
        @Nullable Path adminPasswordFile) {}
