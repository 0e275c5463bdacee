package dev.waxwing.server.host;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/** A directory that a kit is written into: one of its own, because a kit holds a private key. */
record KitFolder(Path path) {

    private static final String FOLDER = "rwx------";
    private static final String FILE = "rw-------";

    /**
     * Looks before anything is made.
     *
     * @throws IOException with a message for people, if the kit cannot be written there
     */
    void requireUsable() throws IOException {
        Path folder = path.toAbsolutePath().normalize();
        if (Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            if (!Files.isDirectory(folder)) {
                throw new IOException(folder + " is not a directory. Name a new or an empty one.");
            }
            try (DirectoryStream<Path> content = Files.newDirectoryStream(folder)) {
                if (content.iterator().hasNext()) {
                    throw new IOException(folder + " is not empty. Name a new or an empty directory.");
                }
            }
            if (!Files.isWritable(folder)) {
                throw new IOException(folder + " cannot be written to by this user.");
            }
            return;
        }
        Path parent = folder.getParent();
        if (parent == null || !Files.isDirectory(parent)) {
            throw new IOException(folder + " cannot be made: there is no directory " + parent + ".");
        }
        if (!Files.isWritable(parent)) {
            throw new IOException(folder + " cannot be made: this user cannot write to " + parent + ".");
        }
    }

    /**
     * Writes the files, readable by their owner only. If that fails, nothing of what was written stays: half a kit is of no use,
     * and its private key is valid.
     */
    void write(Map<String, byte[]> files) throws IOException {
        Deque<Path> made = new ArrayDeque<>();
        try {
            write(files, made);
        } catch (IOException e) {
            discard(made, e);
            throw e;
        }
    }

    /** @param made what is new, the last first */
    private void write(Map<String, byte[]> files, Deque<Path> made) throws IOException {
        Path folder = path.toAbsolutePath().normalize();
        if (Files.notExists(folder)) {
            Files.createDirectory(folder, permissions(FOLDER));
            made.push(folder);
        }
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            Path target = folder.resolve(file.getKey()).normalize();
            Path parent = target.getParent();
            if (!target.startsWith(folder) || parent == null) {
                throw new IOException("not a file of a kit: " + file.getKey());
            }
            if (Files.notExists(parent)) {
                Files.createDirectory(parent, permissions(FOLDER));
                made.push(parent);
            }
            try (var channel = Files.newByteChannel(
                    target, EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), permissions(FILE))) {
                made.push(target);
                ByteBuffer content = ByteBuffer.wrap(file.getValue());
                while (content.hasRemaining()) {
                    channel.write(content);
                }
            }
        }
    }

    private static void discard(Deque<Path> made, IOException why) {
        for (Path path : made) {
            try {
                Files.deleteIfExists(path);
            } catch (IOException e) {
                why.addSuppressed(e);
            }
        }
    }

    private static FileAttribute<Set<PosixFilePermission>> permissions(String mode) {
        return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode));
    }
}
