package dev.waxwing.server.backup;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes a backup file: beside its place first, readable by its owner only, synced, and then linked into place, which never
 * overwrites anything. What fails leaves nothing; what is killed leaves {@code FILE.RANDOM.unfinished}, a new name each time: no
 * backup ever writes to a file that was there, which might be another one's, or a finished backup under a second name.
 *
 * @param path where it is to be
 */
public record BackupFile(Path path) {

    private static final String UNFINISHED = ".unfinished";

    /** Writes the content, unencrypted, into the stream; does not close it. */
    @FunctionalInterface
    public interface Content {

        /** Returns what there is to tell about it. */
        String write(OutputStream out) throws IOException;
    }

    /**
     * Looks before anything is asked of a server.
     *
     * @throws BackupException if the file exists, or cannot be made there
     */
    public void requireFree() throws BackupException {
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            throw exists(null);
        }
        Path directory = directory();
        if (!Files.isDirectory(directory)) {
            throw new BackupException(path + " cannot be made: there is no directory " + directory + ".");
        }
        if (!Files.isWritable(directory)) {
            throw new BackupException(path + " cannot be made: this user cannot write to " + directory + ".");
        }
    }

    private BackupException exists(@Nullable Throwable cause) {
        return new BackupException(path + " exists already and is not overwritten. Name a new file.", cause);
    }

    private Path directory() {
        Path parent = path.toAbsolutePath().getParent();
        return parent == null ? path.toAbsolutePath() : parent;
    }

    /**
     * Makes the file.
     *
     * @return what the content's writer returned
     */
    public String write(BackupPassphrase passphrase, SecureRandom random, Content content) throws IOException {
        Path unfinished = path.resolveSibling(path.getFileName() + "." + hex(random) + UNFINISHED);
        try (FileChannel channel = open(unfinished)) {
            try {
                String result = write(channel, passphrase, random, content);
                publish(unfinished);
                return result;
            } finally {
                Files.deleteIfExists(unfinished);
            }
        } catch (BackupException e) {
            throw e;
        } catch (FileSystemException e) {
            throw new BackupException("The backup could not be written to " + e.getFile() + ": " + e.getReason(), e);
        } catch (IOException e) {
            throw new BackupException("The backup could not be made: " + e.getMessage(), e);
        }
    }

    private static String write(FileChannel channel, BackupPassphrase passphrase, SecureRandom random, Content content)
            throws IOException {
        SealingStream sealed = new SealingStream(
                new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 17),
                SealedHeader.fresh(passphrase, random));
        String result = content.write(sealed);
        sealed.finish();
        channel.force(true);
        return result;
    }

    private static String hex(SecureRandom random) {
        byte[] bytes = new byte[8];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private static FileChannel open(Path file) throws IOException {
        return FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }

    private void publish(Path unfinished) throws IOException {
        try {
            Files.createLink(path, unfinished);
        } catch (FileAlreadyExistsException e) {
            throw exists(e);
        } catch (UnsupportedOperationException | FileSystemException e) {
            // A file system without links, for example of a memory stick.
            if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
                throw exists(e);
            }
            Files.move(unfinished, path, StandardCopyOption.ATOMIC_MOVE);
        }
        try (FileChannel channel = FileChannel.open(directory(), StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
