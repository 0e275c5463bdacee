package dev.waxwing.server.host;

import dev.waxwing.server.backup.Aftermath;
import dev.waxwing.server.backup.BackupException;
import dev.waxwing.server.backup.BackupPassphrase;
import dev.waxwing.server.backup.Restore;
import dev.waxwing.server.backup.Restore.Restored;
import dev.waxwing.server.host.CommandLine.UsageException;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** {@code restore FILE}: only while no server runs on the data directory. */
final class RestoreCommand {

    private static final String PASSPHRASE = "--passphrase-file";
    private static final String REPLACE = "--replace";
    private static final String DATA_DIR = "--waxwing.data-dir";
    private static final String ACTOR = "host";

    private RestoreCommand() {}

    static HostAnswer run(String[] args, PrintStream err) throws UsageException, IOException {
        Arguments arguments = Arguments.parse(args, Set.of(PASSPHRASE), Set.of(REPLACE));
        Path file = Arguments.path("FILE", arguments.only("the FILE of a backup"));
        Path passphraseFile = arguments.path(PASSPHRASE);
        if (passphraseFile == null) {
            throw new UsageException("restore needs " + PASSPHRASE + " F");
        }
        if (!Files.isRegularFile(file)) {
            throw new BackupException("There is no file " + file + " that can be read.");
        }
        Restore restore = new Restore(
                file, BackupPassphrase.read(passphraseFile), arguments.flags().contains(REPLACE));
        Subcommands.requireEmbeddedDatabase(arguments.settings());
        Path home =
                Subcommands.dataDirectory(arguments.settings()).toAbsolutePath().normalize();
        Restored restored = restore(restore, home, arguments.settings());
        tell(restored, home, err);
        return HostAnswer.done(home.toString());
    }

    private static Restored restore(Restore restore, Path home, List<String> settings) throws IOException {
        boolean made = Files.notExists(home);
        boolean done = false;
        try (DataHome _ = DataHome.hold(home)
                .orElseThrow(() -> new BackupException("A server runs on " + home + ". Stop it first."))) {
            Restored restored =
                    restore.into(home, ACTOR, (aside, step) -> settle(settings, aside, step), Instant.now());
            done = true;
            return restored;
        } catch (StartupException e) {
            throw new BackupException(String.valueOf(e.getMessage()), e);
        } finally {
            if (made && !done) {
                removeIfUnused(home);
            }
        }
    }

    /** Nothing but the lock is in it unless the restore was decided. What cannot be removed must not hide why it failed. */
    private static void removeIfUnused(Path home) {
        try (Stream<Path> all = Files.list(home)) {
            if (all.allMatch(path -> path.endsWith("lock"))) {
                Files.deleteIfExists(home.resolve("lock"));
                Files.deleteIfExists(home);
            }
        } catch (IOException e) {
            // An empty directory stays.
        }
    }

    private static String settle(List<String> settings, Path aside, Restore.Step step) throws IOException {
        List<String> there = new ArrayList<>(settings);
        there.removeIf(setting -> setting.startsWith(DATA_DIR + "="));
        there.add(DATA_DIR + "=" + aside);
        try {
            return Subcommands.offline(there, context -> {
                try {
                    return step.with(context.getBean(Aftermath.class));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } catch (RuntimeException e) {
            Optional<String> sentence = StartupFailures.explain(e);
            throw new BackupException(
                    "The backup is whole, but a server cannot use what it holds: " + sentence.orElse(String.valueOf(e)),
                    e);
        }
    }

    private static void tell(Restored restored, Path home, PrintStream err) {
        err.printf("The server is as it was at %s.%n", restored.manifest().takenAt());
        err.printf("%s; who uses the console has to log in again.%n", restored.done());
        if (Files.exists(home.resolve(restored.movedAside()))) {
            err.printf("What was there is in %s.%n", home.resolve(restored.movedAside()));
        }
        if (restored.manifest().media() == null) {
            Path media = home.resolve("media");
            err.printf(
                    holdsFiles(media)
                            ? "The backup holds no media: what is in %s stays.%n"
                            : "The backup holds no media, and there are none in %s: bring them there, before the first"
                                    + " start or later and start again.%n",
                    media);
        }
        err.println(
                "Unknown to it is what was done since then. Do it again: revocations, holds and releases; removals of"
                    + " devices; changes of users; rotations of the issuing authority, and removals of the root's key."
                    + " Invite devices again that enrolled or renewed their certificate. Then confirm it in the"
                    + " console.");
    }

    /** The restore is done, so what cannot be looked into must not fail it: something is there then. */
    private static boolean holdsFiles(Path directory) {
        if (Files.notExists(directory)) {
            return false;
        }
        try (Stream<Path> all = Files.walk(directory.toRealPath())) {
            return all.anyMatch(Files::isRegularFile);
        } catch (IOException | UncheckedIOException e) {
            return true;
        }
    }
}
