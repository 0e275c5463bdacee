package dev.waxwing.server.host;

import dev.waxwing.ca.authority.DataDirectory;
import dev.waxwing.server.listener.Listener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/**
 * {@code data-dir/ports.json}, {@code {"console": N, "listener": N}}: there exactly while the server is ready, and never half
 * written.
 */
@Component
final class PortsFile {

    private static final Logger LOG = LoggerFactory.getLogger(PortsFile.class);
    private static final String NAME = "ports.json";

    private final Path directory;
    private final Listener listener;

    PortsFile(DataDirectory directory, Listener listener) {
        this.directory = directory.dataDir();
        this.listener = listener;
    }

    @EventListener
    void write(ApplicationReadyEvent event) {
        if (event.getApplicationContext() instanceof WebServerApplicationContext web && web.getWebServer() != null) {
            int console = web.getWebServer().getPort();
            write("{\"console\": %d, \"listener\": %d}%n".formatted(console, listener.port()));
            LOG.info("Ready: console on port {}, devices on port {}", console, listener.port());
        }
    }

    private void write(String json) {
        Path file = directory.resolve(NAME);
        Path fresh = directory.resolve(NAME + ".new");
        try {
            Files.writeString(fresh, json);
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @EventListener(ContextClosedEvent.class)
    void remove() {
        remove(directory);
    }

    static void remove(Path directory) {
        try {
            Files.deleteIfExists(directory.resolve(NAME));
        } catch (IOException e) {
            throw new StartupException(
                    "The file " + directory.resolve(NAME) + " cannot be removed: " + e.getMessage(), e);
        }
    }
}
