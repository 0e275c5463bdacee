package dev.waxwing.server.host;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/**
 * The data directory, held by the one process that has locked {@code data-dir/lock}. The operating system releases the lock when
 * the process dies, however it does.
 */
public final class DataHome implements AutoCloseable {

    private static final String PROPERTY = "waxwing.data-dir";

    private final FileChannel lockFile;

    private DataHome(FileChannel lockFile) {
        this.lockFile = lockFile;
    }

    /**
     * Makes the directory if it is missing, checks that it can be used, and locks it.
     *
     * @return nothing when another process holds it
     * @throws StartupException when it cannot be used
     */
    static Optional<DataHome> hold(Path directory) {
        Path home = directory.toAbsolutePath().normalize();
        try {
            Files.createDirectories(
                    home, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            if (!Files.isReadable(home) || !Files.isWritable(home) || !Files.isExecutable(home)) {
                throw new AccessDeniedException(home.toString());
            }
            Path probe = Files.createTempFile(home, "probe", ".tmp");
            Files.delete(probe);
            return lock(home.resolve("lock")).map(DataHome::new);
        } catch (FileAlreadyExistsException e) {
            throw new StartupException(home + " is not a directory. Set " + PROPERTY + " to one.", e);
        } catch (AccessDeniedException e) {
            throw new StartupException(
                    "The data directory " + home + " cannot be read and written by this user. Change its owner, or set "
                            + PROPERTY + ".",
                    e);
        } catch (IOException e) {
            throw new StartupException(
                    "The data directory " + home + " cannot be used: " + reason(e) + ". Set " + PROPERTY
                            + " to another.",
                    e);
        }
    }

    private static Optional<FileChannel> lock(Path file) throws IOException {
        if (Files.notExists(file)) {
            try {
                Files.createFile(
                        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            } catch (FileAlreadyExistsException e) {
                // Another process was faster; the lock decides.
            }
        }
        FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return Optional.of(channel);
            }
        } catch (OverlappingFileLockException e) {
            // Held by this very process.
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        channel.close();
        return Optional.empty();
    }

    private static String reason(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "it cannot be made there";
        }
        String reason = e instanceof FileSystemException fileSystem ? fileSystem.getReason() : e.getMessage();
        return reason == null ? e.toString() : reason;
    }

    /** Lets another process have it. */
    @Override
    public void close() throws IOException {
        lockFile.close();
    }
}
