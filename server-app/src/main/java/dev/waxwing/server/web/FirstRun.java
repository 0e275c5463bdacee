package dev.waxwing.server.web;

import dev.waxwing.server.account.AccountChange;
import dev.waxwing.server.account.Accounts;
import dev.waxwing.server.account.Role;
import dev.waxwing.server.account.SetupLinks;
import dev.waxwing.server.account.SetupLinks.SetupLink;
import dev.waxwing.server.host.StartupException;
import java.io.Console;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.stereotype.Component;

/**
 * Opens the way in while there is no user: either user {@code admin} with the password from a file, or a fresh set-up
 * link, which a terminal shows and a file holds where there is no terminal. A link never goes into a log.
 */
@Component
class FirstRun implements ApplicationRunner {

    private static final Logger LOG = LoggerFactory.getLogger(FirstRun.class);
    private static final int LONGEST_PASSWORD_FILE = 4096;
    private static final DateTimeFormatter MINUTE =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'").withZone(ZoneOffset.UTC);

    private final Accounts accounts;
    private final SetupLinks links;
    private final ConsoleProperties properties;
    private final ConsoleAddress address;
    private final Path file;

    FirstRun(
            Accounts accounts,
            SetupLinks links,
            ConsoleProperties properties,
            ConsoleAddress address,
            @Value("${waxwing.data-dir:./data}") Path dataDirectory) {
        this.accounts = accounts;
        this.links = links;
        this.properties = properties;
        this.address = address;
        this.file = dataDirectory.resolve("first-run.txt");
    }

    @Override
    public void run(ApplicationArguments arguments) throws IOException {
        if (!accounts.none()) {
            Files.deleteIfExists(file);
            return;
        }
        Path passwordFile = properties.adminPasswordFile();
        if (passwordFile != null) {
            createAdministrator(passwordFile);
            return;
        }
        SetupLink link = links.renew();
        Console console = System.console();
        if (console != null && console.isTerminal()) {
            console.printf("%s%n", text(link));
        } else {
            write(text(link));
            LOG.info("No user exists yet. The set-up link for the first administrator is in {}", file);
        }
    }

    /** The way in was used: the file that shows it goes. */
    void done() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void createAdministrator(Path passwordFile) {
        switch (accounts.create("system", "admin", Role.ADMIN, password(passwordFile))) {
            case AccountChange.Made _ -> LOG.info("Created user admin with the password from {}", passwordFile);
            case AccountChange.Refused refused ->
                throw new StartupException(
                        "waxwing.console.admin-password-file: %s: %s".formatted(passwordFile, refused.why()));
        }
    }

    private static String password(Path passwordFile) {
        try {
            if (Files.size(passwordFile) > LONGEST_PASSWORD_FILE) {
                throw new StartupException("waxwing.console.admin-password-file: %s is too long to hold a password."
                        .formatted(passwordFile));
            }
            return Files.readString(passwordFile).stripTrailing();
        } catch (IOException e) {
            throw new StartupException(
                    "waxwing.console.admin-password-file: %s cannot be read as UTF-8 text.".formatted(passwordFile), e);
        }
    }

    private String text(SetupLink link) {
        return """

            Waxwing has no user yet. Open this link and choose the administrator's password:

                %s%s

            It works once, until %s. The next start shows a new one.
            """.formatted(address.url(), link.path(), MINUTE.format(link.expiresAt()));
    }

    /** Renamed into place with its final permissions: nobody else can read it at any moment. */
    private void write(String text) throws IOException {
        Path fresh = file.resolveSibling("first-run.txt.new");
        Files.deleteIfExists(fresh);
        Files.createFile(fresh, ownerOnly());
        Files.writeString(fresh, text, StandardCharsets.UTF_8, StandardOpenOption.WRITE);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static FileAttribute<?>[] ownerOnly() {
        return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }
}
