package dev.waxwing.bench.process;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** Files that samples need and leave behind. */
public final class Disk {

    private static final int CHUNK = 1 << 20;

    private Disk() {}

    /** Makes a file of random bytes if there is none of that size, and reads it once so that it is in the page cache. */
    public static Path randomFile(Path directory, long size) throws IOException {
        Path file = directory.resolve("random-" + size + ".bin");
        if (!Files.exists(file) || Files.size(file) != size) {
            write(file, size);
        }
        try (var in = Files.newInputStream(file)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        return file;
    }

    private static void write(Path file, long size) throws IOException {
        Random random = new Random(size);
        byte[] chunk = new byte[CHUNK];
        try (OutputStream out = Files.newOutputStream(file)) {
            for (long left = size; left > 0; left -= chunk.length) {
                random.nextBytes(chunk);
                out.write(chunk, 0, (int) Math.min(left, chunk.length));
            }
        }
    }

    /** Removes a file or a directory with all that is in it, if it is there. */
    public static void remove(Path path) throws IOException {
        if (!Files.exists(path)) {
            return;
        }
        try (Stream<Path> all = Files.walk(path)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(each);
            }
        }
    }

    /** Removes the copies of a file that a sample left below a directory, known by their size, and settles the disk. */
    public static void removeFilesOf(Path directory, long size) throws IOException, InterruptedException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(directory)) {
            files = all.filter(Files::isRegularFile).toList();
        }
        for (Path file : files) {
            if (Files.size(file) == size) {
                Files.delete(file);
            }
        }
        settle();
    }

    /** Waits until the disks hold what was written, so that no sample pays for the one before it. */
    private static void settle() throws IOException, InterruptedException {
        new ProcessBuilder("sync").inheritIO().start().waitFor();
    }
}
