package dev.waxwing.agent.home;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;

/**
 * The directory in which one device lives. What it holds is private to its owner (directories 0700, files 0600 on
 * file systems that know such permissions).
 */
public final class Home {

    private static final Set<PosixFilePermission> FOR_OTHERS = EnumSet.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.GROUP_EXECUTE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE,
            PosixFilePermission.OTHERS_EXECUTE);
    private static final Set<PosixFilePermission> WRITE_FOR_OTHERS =
            EnumSet.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

    private final Path directory;

    private Home(Path directory) {
        this.directory = directory;
    }

    /**
     * Names a home. Nothing is created before {@link #create}.
     *
     * @param directory absolute or relative to the working directory
     */
    public static Home at(Path directory) {
        return new Home(directory.toAbsolutePath().normalize());
    }

    /** Absolute path. */
    public Path directory() {
        return directory;
    }

    /** A path inside the home. */
    public Path resolve(String relative) {
        return directory.resolve(relative);
    }

    /** Whether the directory exists. */
    public boolean exists() {
        return Files.isDirectory(directory);
    }

    /**
     * Makes the directory if it is missing, and refuses one into which others may write.
     *
     * @throws AgentFailure if it is not a directory, or others may write into it
     */
    public void create() throws IOException, AgentFailure {
        if (!exists()) {
            if (Files.exists(directory)) {
                throw new AgentFailure(
                        "%s is not a directory".formatted(directory), "Choose another directory with --home.");
            }
            PrivateFiles.createDirectories(directory);
        }
        refuseForeignWriters();
    }

    /** Refuses a home into which others may write: they could replace what it holds. */
    public void refuseForeignWriters() throws IOException, AgentFailure {
        if (grants(directory, WRITE_FOR_OTHERS)) {
            throw new AgentFailure(
                    "others may write into %s".formatted(directory), "Run: chmod 700 '%s'".formatted(directory));
        }
    }

    /** Refuses a secret file that others may read or write. */
    public static void refuseForeignReaders(Path secret) throws IOException, AgentFailure {
        if (grants(secret, FOR_OTHERS)) {
            throw new AgentFailure("others may read %s".formatted(secret), "Run: chmod 600 '%s'".formatted(secret));
        }
    }

    /** Whether anybody but the owner may do anything with this file or directory; false where that is not known. */
    public static boolean isOpenToOthers(Path path) throws IOException {
        return grants(path, FOR_OTHERS);
    }

    private static boolean grants(Path path, Set<PosixFilePermission> unwanted) throws IOException {
        PosixFileAttributeView view = Files.getFileAttributeView(path, PosixFileAttributeView.class);
        if (view == null) {
            return false;
        }
        try {
            return view.readAttributes().permissions().stream().anyMatch(unwanted::contains);
        } catch (NoSuchFileException absent) {
            return false;
        }
    }

    /** The permissions of a file in {@code rwx} notation, or an empty string where there are none. */
    public static String permissions(Path path) throws IOException {
        PosixFileAttributeView view = Files.getFileAttributeView(path, PosixFileAttributeView.class);
        return view == null
                ? ""
                : PosixFilePermissions.toString(view.readAttributes().permissions());
    }

    /**
     * Takes the home for this process.
     *
     * @param patience how long to wait for another agent to let go of it
     * @throws AgentFailure if another agent still has it then
     */
    public HomeLock lock(Duration patience) throws IOException, AgentFailure, InterruptedException {
        create();
        return HomeLock.take(resolve("lock"), patience);
    }
}
