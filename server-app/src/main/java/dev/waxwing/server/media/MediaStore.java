package dev.waxwing.server.media;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Content as files, named by transfer id alone.
 *
 * <pre>
 * incoming/ID.part      being received; may be continued
 * content/ab/ID         accepted, never changed again (ab: the id's first two digits)
 * quarantine/ID.part    put aside
 * orphans/ID[.part]     found after a restore, and no row knows it; for people to look at
 * previews/ID.jpg       made from content; may be deleted at any time
 * </pre>
 *
 * Every move is durable when the call returns: the file and the directories on both sides are synchronised. Any thread may
 * call, but an id has one user at a time.
 */
public final class MediaStore {

    private static final Pattern ID = Pattern.compile("[0-9a-f]{32}");
    private static final String PART = ".part";
    private static final int BATCH = 500;

    private final Path root;
    private final Disk disk;

    private MediaStore(Path root, Disk disk) {
        this.root = root;
        this.disk = disk;
    }

    /** Opens the store in a directory, which is made if it is missing, readable by its owner only. */
    public static MediaStore open(Path root, Disk disk) throws IOException {
        for (String directory : List.of("incoming", "content", "quarantine", "orphans", "previews")) {
            createPrivate(root.resolve(directory));
        }
        return new MediaStore(root, disk);
    }

    /** Bytes that may still be written before the disk is full. */
    public long usableSpace() throws IOException {
        return disk.usableSpace();
    }

    /** Opens the part of a transfer for reading and writing; it is made if there is none. */
    public FileChannel openPart(String id) throws IOException {
        Path part = part(id);
        boolean fresh = Files.notExists(part);
        FileChannel channel = FileChannel.open(part, CREATE, READ, WRITE);
        if (fresh) {
            sync(root.resolve("incoming"));
        }
        return channel;
    }

    /** Removes the part of a transfer, if there is one. */
    public void discardPart(String id) throws IOException {
        Files.deleteIfExists(part(id));
    }

    /** Moves a part, whose bytes are synchronised already, to accepted content. */
    public Path accept(String id) throws IOException {
        Path directory = contentDirectory(id);
        if (Files.notExists(directory)) {
            createPrivate(directory);
            sync(root.resolve("content"));
        }
        move(part(id), content(id));
        sync(directory);
        sync(root.resolve("incoming"));
        return content(id);
    }

    /** Takes a content file back to being a part: its acceptance was not committed. */
    public void takeBack(String id) throws IOException {
        move(content(id), part(id));
        sync(root.resolve("incoming"));
        sync(contentDirectory(id));
    }

    /** Puts a part aside; nothing happens if there is none. */
    public void quarantine(String id) throws IOException {
        try {
            move(part(id), root.resolve("quarantine").resolve(checked(id) + PART));
            sync(root.resolve("quarantine"));
            sync(root.resolve("incoming"));
        } catch (NoSuchFileException e) {
            // Nothing had arrived yet.
        }
    }

    /** Moves a part that no row knows to the orphans. */
    public void orphanPart(String id) throws IOException {
        move(part(id), orphan(id + PART));
        sync(root.resolve("orphans"));
        sync(root.resolve("incoming"));
    }

    /** Moves content that no row knows to the orphans. */
    public void orphanContent(String id) throws IOException {
        move(content(id), orphan(id));
        sync(root.resolve("orphans"));
        sync(contentDirectory(id));
    }

    /** A name that is free: an earlier restore may have left an orphan of this id. */
    private Path orphan(String name) {
        Path free = root.resolve("orphans").resolve(name);
        for (int i = 2; Files.exists(free); i++) {
            free = root.resolve("orphans").resolve(name + "." + i);
        }
        return free;
    }

    /** Tells the ids of all content, some hundred at a time and in no order. */
    public void eachContent(Consumer<List<String>> ids) throws IOException {
        try (Stream<Path> files = Files.walk(root.resolve("content"), 2)) {
            Iterator<String> all = files.map(file -> file.getFileName().toString())
                    .filter(name -> ID.matcher(name).matches())
                    .iterator();
            while (all.hasNext()) {
                List<String> some = new ArrayList<>();
                while (all.hasNext() && some.size() < BATCH) {
                    some.add(all.next());
                }
                ids.accept(some);
            }
        }
    }

    /** The first bytes of a part, at most {@code count}. */
    public byte[] head(String id, int count) throws IOException {
        try (InputStream in = Files.newInputStream(part(id))) {
            return in.readNBytes(count);
        }
    }

    /** Whether there is accepted content of this transfer. */
    public boolean hasContent(String id) {
        return Files.exists(content(id));
    }

    /** Where the accepted content of a transfer is. */
    public Path content(String id) {
        return contentDirectory(id).resolve(id);
    }

    private Path contentDirectory(String id) {
        return root.resolve("content").resolve(checked(id).substring(0, 2));
    }

    /** Where the preview of a transfer is, or will be. */
    Path preview(String id) {
        return root.resolve("previews").resolve(checked(id) + ".jpg");
    }

    /** The ids of all parts. */
    public List<String> parts() throws IOException {
        try (Stream<Path> files = Files.list(root.resolve("incoming"))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(PART))
                    .map(name -> name.substring(0, name.length() - PART.length()))
                    .filter(id -> ID.matcher(id).matches())
                    .toList();
        }
    }

    /** When the part of a transfer last grew. */
    public Instant partChangedAt(String id) throws IOException {
        return Files.getLastModifiedTime(part(id)).toInstant();
    }

    /** Writes and removes a file, to see that the store can be written to. */
    public void probe() throws IOException {
        Path file = Files.createTempFile(root, "probe", ".tmp");
        try (OutputStream out = Files.newOutputStream(file)) {
            out.write(1);
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private Path part(String id) {
        return root.resolve("incoming").resolve(checked(id) + PART);
    }

    private static String checked(String id) {
        if (!ID.matcher(id).matches()) {
            throw new IllegalArgumentException("a transfer id has 32 hex digits");
        }
        return id;
    }

    private static void move(Path from, Path to) throws IOException {
        Files.move(from, to, ATOMIC_MOVE);
    }

    private static void sync(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, READ)) {
            channel.force(true);
        }
    }

    static void createPrivate(Path directory) throws IOException {
        Files.createDirectories(
                directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
}
