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
 * data-dir/restoring/   is built; worth nothing                        a crash: removed
 * data-dir/restored/    the same, renamed when it is whole and synced  a crash: finished from here on
 *   before              one line: where the old things go
 *   keys/ db/ [media/]  move up one by one, the old ones out of their way first
 * </pre>
 *
 * Whoever calls holds the lock of the data directory.
 */
public final class DataSwap {

    private static final String RESTORING = "restoring";
    private static final String RESTORED = "restored";
    private static final String BEFORE = "before";

    /** What belongs to a state of the server and does not come with the backup: the old one goes with the old state. */
    private static final List<String> LEFT_BEHIND = List.of("first-run.txt");

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
            delete(unfinished);
        }
        if (Files.exists(home.resolve(RESTORED), LinkOption.NOFOLLOW_LINKS)) {
            finish();
        }
    }

    /** An empty directory to build in. */
    Path begin() throws IOException {
        settle();
        return Files.createDirectory(
                home.resolve(RESTORING),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    /** Drops what was built. */
    void abandon() throws IOException {
        delete(home.resolve(RESTORING));
    }

    /**
     * Decides for what was built, and puts it in place.
     *
     * @param before the name of the directory, within the data directory, that takes what is in the way
     */
    void commit(String before) throws IOException {
        Path built = home.resolve(RESTORING);
        Files.writeString(built.resolve(BEFORE), before);
        syncAll(built);
        Files.move(built, home.resolve(RESTORED), StandardCopyOption.ATOMIC_MOVE);
        sync(home);
        finish();
    }

    private void finish() throws IOException {
        Path restored = home.resolve(RESTORED);
        if (Files.notExists(restored.resolve(BEFORE))) {
            delete(restored); // All was in place already.
            return;
        }
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
        delete(restored);
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

    private static void delete(Path directory) throws IOException {
        if (Files.notExists(directory, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        List<Path> all;
        try (Stream<Path> found = Files.walk(directory)) {
            all = found.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : all) {
            Files.delete(path);
        }
    }
}
