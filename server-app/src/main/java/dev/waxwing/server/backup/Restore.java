package dev.waxwing.server.backup;

import dev.waxwing.server.backup.Extraction.Extracted;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Puts a server back to a backup. Everything is read, checked and made ready in a directory aside before anything is touched; what
 * was there is moved aside, never deleted. Whoever calls holds the lock of the data directory.
 *
 * @param file the backup
 * @param passphrase what opens it
 * @param replace whether a state that is there may be moved aside
 */
public record Restore(Path file, BackupPassphrase passphrase, boolean replace) {

    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    /** What a data directory may hold that is no state of a server. Media may have come before the rest, by other means. */
    private static final Set<String> NO_STATE = Set.of("lock", "admin.sock", "ports.json", "media", DataSwap.RESTORING);

    private static final String MOVED_ASIDE = "before-restore-";

    /** Opens the server's state in a directory, without anything that listens. */
    @FunctionalInterface
    public interface Opener {

        /** Lets {@link Aftermath#settle} of the opened state do its part, and closes the state again. */
        String settle(Path directory, Step step) throws IOException;
    }

    /** What is to be done with an opened state. */
    @FunctionalInterface
    public interface Step {

        String with(Aftermath aftermath) throws IOException;
    }

    /**
     * What came of it.
     *
     * @param manifest of the backup
     * @param done what was voided, in words
     * @param movedAside where the former state is, by its name in the data directory; nothing may have been there
     */
    public record Restored(BackupManifest manifest, String done, String movedAside) {}

    /**
     * Restores.
     *
     * @param home the data directory
     * @param actor who wants it
     * @throws BackupException when the backup or the directory is not fit for it; nothing has changed then
     */
    public Restored into(Path home, String actor, Opener opener, Instant now) throws IOException {
        DataSwap swap = DataSwap.in(home);
        Path aside = swap.begin();
        boolean decided = false;
        try {
            requireEmpty(home);
            Extracted extracted = Extraction.extract(file, passphrase, aside);
            requireMovable(home, extracted.manifest().media() != null);
            String done = opener.settle(aside, aftermath -> aftermath.settle(extracted, actor));
            keepOnly(aside, Set.of("db", "keys", "media", DataSwap.MARKER));
            String before = MOVED_ASIDE + STAMP.format(now);
            swap.decide(before);
            decided = true;
            swap.finish();
            return new Restored(extracted.manifest(), done, before);
        } catch (BackupException e) {
            throw e;
        } catch (IOException e) {
            String why =
                    e instanceof FileSystemException file ? file.getFile() + ": " + file.getReason() : e.getMessage();
            throw new BackupException(
                    decided
                            ? "The backup is whole and will be in place with the next start; now it could not be put"
                                    + " there: "
                                    + why
                            : "The backup could not be restored, and nothing has changed: " + why,
                    e);
        } finally {
            if (!decided) {
                abandon(swap);
            }
        }
    }

    /** Why it failed matters more; the next start or command removes what is left. */
    private static void abandon(DataSwap swap) {
        try {
            swap.abandon();
        } catch (IOException e) {
            // Removed later.
        }
    }

    private void requireEmpty(Path home) throws IOException {
        List<String> state = new ArrayList<>();
        try (Stream<Path> all = Files.list(home)) {
            all.map(path -> path.getFileName().toString())
                    .filter(name -> !NO_STATE.contains(name) && !name.startsWith(MOVED_ASIDE))
                    .sorted()
                    .forEach(state::add);
        }
        if (!state.isEmpty() && !replace) {
            throw new BackupException("The data directory " + home + " is not empty (" + String.join(", ", state)
                    + "). Restore into another one, or have this state moved aside with --replace.");
        }
    }

    /** A part that is a volume of its own, or a link to one, cannot be moved aside within the data directory. */
    private void requireMovable(Path home, boolean withMedia) throws IOException {
        FileStore volume = Files.getFileStore(home);
        for (String name : withMedia ? List.of("db", "keys", "media") : List.of("db", "keys")) {
            Path part = home.resolve(name);
            if (Files.exists(part, LinkOption.NOFOLLOW_LINKS)
                    && (Files.isSymbolicLink(part) || !Files.getFileStore(part).equals(volume))) {
                throw new BackupException(
                        part + " is a link or a volume of its own and cannot be moved aside. Restore into another data"
                                + " directory.");
            }
        }
        if (withMedia && !replace && Files.exists(home.resolve("media"))) {
            throw new BackupException("The backup holds media, and there are some in " + home.resolve("media")
                    + ". Have them moved aside with --replace.");
        }
    }

    /** The lock of the directory aside, and traces of the database. */
    private static void keepOnly(Path aside, Set<String> names) throws IOException {
        try (Stream<Path> all = Files.list(aside)) {
            for (Path path : (Iterable<Path>) all::iterator) {
                if (!names.contains(path.getFileName().toString())) {
                    Files.delete(path);
                }
            }
        }
    }
}
