package dev.waxwing.agent.home;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Writes files that only their owner may read, durably, and replaces them whole or not at all. */
public final class PrivateFiles {

    private static final FileAttribute<?>[] NONE = {};
    private static final String UNFINISHED = ".new";

    private PrivateFiles() {}

    static FileAttribute<?>[] forFile() {
        return isPosix() ? new FileAttribute<?>[] {permissions("rw-------")} : NONE;
    }

    private static FileAttribute<?>[] forDirectory() {
        return isPosix() ? new FileAttribute<?>[] {permissions("rwx------")} : NONE;
    }

    private static FileAttribute<?> permissions(String text) {
        return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(text));
    }

    private static boolean isPosix() {
        return Path.of("").getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    static Set<OpenOption> options(OpenOption... options) {
        return Set.of(options);
    }

    /** Makes a directory and its missing parents, 0700. */
    public static void createDirectories(Path directory) throws IOException {
        Files.createDirectories(directory, forDirectory());
    }

    /** Opens a file for reading and appending, 0600 when it is new. */
    public static FileChannel openForAppending(Path file) throws IOException {
        return FileChannel.open(
                file, options(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE), forFile());
    }

    /**
     * Replaces a file. After a crash at any moment the file holds either its old content or the new one, whole.
     *
     * @param file the file; its directory must exist
     */
    public static void replace(Path file, byte[] content) throws IOException {
        replace(file, channel -> write(channel, content));
    }

    /** What goes into a file, piece by piece. */
    public interface Content {
        void writeTo(FileChannel channel) throws IOException;
    }

    /**
     * Replaces a file with what need not fit into memory, as {@link #replace(Path, byte[])} does.
     *
     * @param file the file; its directory must exist
     */
    public static void replace(Path file, Content content) throws IOException {
        Path directory = parentOf(file);
        Path fresh = Files.createTempFile(directory, "." + file.getFileName(), UNFINISHED, forFile());
        try {
            writeDurably(fresh, content);
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(fresh);
        }
        syncDirectory(directory);
    }

    /**
     * Makes a directory of files, all of them or none. A directory of that name is left as it is.
     *
     * @param directory the directory to make; its parent must exist
     * @param files what it shall hold
     */
    public static void createDirectory(Path directory, List<NamedContent> files) throws IOException {
        if (Files.exists(directory)) {
            return;
        }
        Path parent = parentOf(directory);
        Path fresh = Files.createTempDirectory(parent, "." + directory.getFileName(), forDirectory());
        try {
            for (NamedContent file : files) {
                Path path = Files.createFile(fresh.resolve(file.name()), forFile());
                writeDurably(path, channel -> write(channel, file.content()));
            }
            syncDirectory(fresh);
            Files.move(fresh, directory, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            deleteTree(fresh);
        }
        syncDirectory(parent);
    }

    /** One file of {@link #createDirectory}. */
    @SuppressWarnings("ArrayRecordComponent") // handed over and written, never compared
    public record NamedContent(String name, byte[] content) {}

    /**
     * Puts a damaged file out of the way, durably and as one step; one that was put there before is replaced.
     *
     * @return where it is now, beside where it was
     */
    public static Path setAside(Path file) throws IOException {
        Path copy = file.resolveSibling(file.getFileName() + ".damaged");
        Files.move(file, copy, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        syncDirectory(parentOf(copy));
        return copy;
    }

    /** Makes the names in a directory durable, where the system can do that. */
    public static void syncDirectory(Path directory) throws IOException {
        if (isPosix()) {
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    /** Deletes what a crash left of replacements of a file; nobody may be replacing it. */
    public static void deleteUnfinished(Path file) throws IOException {
        Path directory = parentOf(file);
        try (DirectoryStream<Path> left =
                Files.newDirectoryStream(directory, "." + file.getFileName() + "*" + UNFINISHED)) {
            for (Path unfinished : left) {
                Files.deleteIfExists(unfinished);
            }
        }
    }

    private static void writeDurably(Path file, Content content) throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            content.writeTo(channel);
            channel.force(true);
        }
    }

    private static void write(FileChannel channel, byte[] content) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(content);
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private static void deleteTree(Path root) throws IOException {
        if (!Files.exists(root)) {
            return;
        }
        try (Stream<Path> tree = Files.walk(root)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private static Path parentOf(Path file) throws IOException {
        Path parent = file.toAbsolutePath().getParent();
        if (parent == null) {
            throw new IOException("no directory above " + file);
        }
        return parent;
    }
}
