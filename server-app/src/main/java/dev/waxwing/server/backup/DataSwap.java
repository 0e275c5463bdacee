package dev.waxwing.server.backup;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Puts what was restored in the place of what was there, in a way that a crash leaves either all of the old or, once the next
 * process has come by, all of the new.
 *
 * <pre>
 * data-dir/.waxwing-restoring/  is built; worth nothing                        a crash: removed
 * data-dir/.waxwing-restored/   the same, renamed when it is whole and synced  a crash: finished from here on
 *   waxwing-restore             says that a restore made the directory: nothing else is ever removed or put in place
 *   before                      one line: where the old things go
 *   keys/ db/ [media/]          move up one by one, the old ones out of their way first
 * </pre>
 *
 * Whoever calls holds the lock of the data directory.
 */
public final class DataSwap {

    static final String RESTORING = ".waxwing-restoring";
    static final String RESTORED = ".waxwing-restored";

    /** Written first and deleted last. */
    static final String MARKER = "waxwing-restore";

    private static final String MARK = "A restore of Waxwing made this directory and removes it.\n";
    private static final String BEFORE = "before";

    /** What belongs to a state of the server and does not come with the backup: the old one goes with the old state. */
    private static final List<String> LEFT_BEHIND = List.of("first-run.txt", "sweeps");

    private final Path home;

    private DataSwap(Path home) {
        this.home = home;
    }

    /** In a data directory. */
    public static DataSwap in(Path dataDirectory) {
        return new DataSwap(dataDirectory.toAbsolutePath().normalize());
    }

    /** Finishes a restore that was interrupted after it was decided, and removes one that was not. */
    public void settle() throws IOException {
        Path unfinished = home.resolve(RESTORING);
        if (Files.exists(unfinished, LinkOption.NOFOLLOW_LINKS)) {
            drop(unfinished);
        }
        if (Files.exists(home.resolve(RESTORED), LinkOption.NOFOLLOW_LINKS)) {
            finish();
        }
    }

    /** An empty directory to build in. */
    Path begin() throws IOException {
        settle();
        Path built = Files.createDirectory(
                home.resolve(RESTORING),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.writeString(built.resolve(MARKER), MARK, StandardOpenOption.CREATE_NEW);
        return built;
    }

    /** Drops what was built. */
    void abandon() throws IOException {
        drop(home.resolve(RESTORING));
    }

    /**
     * Decides for what was built: once this has returned, {@link #finish} or the next {@link #settle} puts it in place.
     *
     * @param before the name of the directory, within the data directory, that takes what is in the way
     */
    void decide(String before) throws IOException {
        Path built = home.resolve(RESTORING);
        Files.writeString(built.resolve(BEFORE), before);
        syncAll(built);
        Files.move(built, home.resolve(RESTORED), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Puts in place what was decided for. */
    void finish() throws IOException {
        sync(home);
        Path restored = home.resolve(RESTORED);
        if (Files.notExists(restored.resolve(BEFORE))) {
            drop(restored); // All was in place already.
            return;
        }
        requireMarked(restored);
        Path before = home.resolve(Files.readString(restored.resolve(BEFORE)).strip());
        for (Path part : parts(restored)) {
            Path place = home.resolve(part.getFileName());
            putAside(place, before);
            Files.move(part, place, StandardCopyOption.ATOMIC_MOVE);
            sync(home);
        }
        for (String name : LEFT_BEHIND) {
            putAside(home.resolve(name), before);
        }
        drop(restored);
        sync(home);
    }

    private void putAside(Path place, Path before) throws IOException {
        if (Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
            if (Files.notExists(before)) {
                Files.createDirectory(
                        before, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
            Files.move(place, before.resolve(place.getFileName()), StandardCopyOption.ATOMIC_MOVE);
            sync(before);
        }
    }

    private static List<Path> parts(Path restored) throws IOException {
        try (Stream<Path> all = Files.list(restored)) {
            return all.filter(Files::isDirectory).sorted().toList();
        }
    }

    private static void syncAll(Path directory) throws IOException {
        List<Path> directories = new ArrayList<>();
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : (Iterable<Path>) all::iterator) {
                if (Files.isDirectory(path)) {
                    directories.add(path);
                } else {
                    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
                        channel.force(true);
                    }
                }
            }
        }
        for (Path each : directories.reversed()) {
            sync(each);
        }
    }

    private static void sync(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Removes a directory that a restore made. One that is empty may have lost its process before it was marked. */
    private static void drop(Path directory) throws IOException {
        if (Files.notExists(directory, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (!isEmpty(directory)) {
            requireMarked(directory);
            delete(directory);
        }
        Files.delete(directory);
    }

    private static boolean isEmpty(Path directory) throws IOException {
        if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        try (Stream<Path> all = Files.list(directory)) {
            return all.findAny().isEmpty();
        }
    }

    private static void requireMarked(Path directory) throws IOException {
        Path marker = directory.resolve(MARKER);
        if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)
                || !Files.isRegularFile(marker, LinkOption.NOFOLLOW_LINKS)
                || Files.size(marker) > MARK.length()
                || !MARK.startsWith(Files.readString(marker))) {
            throw new BackupException(directory + " was not made by a restore. Move it elsewhere.");
        }
    }

    private static void delete(Path directory) throws IOException {
        Path marker = directory.resolve(MARKER);
        List<Path> all;
        try (Stream<Path> found = Files.walk(directory)) {
            all = found.filter(path -> !path.equals(directory) && !path.equals(marker))
                    .sorted(Comparator.reverseOrder())
                    .toList();
        }
        for (Path path : all) {
            Files.delete(path);
        }
        Files.delete(marker);
    }
}
