package dev.waxwing.ca.authority;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Files of one private directory that are there whole or not at all, whenever the power goes: written beside their place,
 * synced, renamed, and the directory synced.
 */
public final class AtomicFiles {

    private static final Set<PosixFilePermission> DIRECTORY = PosixFilePermissions.fromString("rwx------");
    private static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("rw-------");
    private static final String UNFINISHED = "*.unfinished";

    private final Path directory;
    private final boolean posix;

    private AtomicFiles(Path directory, boolean posix) {
        this.directory = directory;
        this.posix = posix;
    }

    /** The directory, made (0700) if it is missing, closed to others if it was open to them, cleared of unfinished files. */
    public static AtomicFiles in(Path directory) throws IOException {
        Files.createDirectories(directory);
        boolean posix = Files.getFileAttributeView(directory, PosixFileAttributeView.class) != null;
        if (posix) {
            Files.setPosixFilePermissions(directory, DIRECTORY);
        }
        try (DirectoryStream<Path> unfinished = Files.newDirectoryStream(directory, UNFINISHED)) {
            for (Path file : unfinished) {
                Files.delete(file);
            }
        }
        return new AtomicFiles(directory, posix);
    }

    /** Where a file of this name is, or would be. */
    public Path path(String name) {
        return directory.resolve(name);
    }

    boolean exists(String name) {
        return Files.exists(path(name), LinkOption.NOFOLLOW_LINKS);
    }

    /** The names of all files that end like this, without the ending, in order. */
    public List<String> names(String ending) throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(ending))
                    .map(name -> name.substring(0, name.length() - ending.length()))
                    .sorted()
                    .toList();
        }
    }

    /** Writes a file, or writes one anew. */
    public void write(String name, byte[] content) throws IOException {
        Path unfinished = Files.createTempFile(directory, name + "-", UNFINISHED.substring(1), attributes());
        try (FileChannel channel = FileChannel.open(unfinished, StandardOpenOption.WRITE)) {
            ByteBuffer buffer = ByteBuffer.wrap(content);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            channel.force(true);
        }
        Files.move(unfinished, path(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        syncDirectory();
    }

    void rename(String from, String to) throws IOException {
        Files.move(path(from), path(to), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        syncDirectory();
    }

    /** Deletes a file, if it is there. */
    public void delete(String name) throws IOException {
        Files.deleteIfExists(path(name));
        syncDirectory();
    }

    private void syncDirectory() throws IOException {
        if (!posix) {
            return; // Windows cannot open a directory, and its rename is durable by itself.
        }
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private FileAttribute<?>[] attributes() {
        return posix ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(FILE)} : new FileAttribute<?>[0];
    }
}
