package dev.waxwing.server.backup;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.h2.store.fs.FilePath;
import org.h2.store.fs.disk.FilePathDisk;

/**
 * Lets H2's {@code BACKUP TO} write into a stream instead of a file: the copy of the database never lies unencrypted on a disk, and
 * takes no room there.
 */
final class SnapshotPath extends FilePathDisk {

    private static final String SCHEME = "waxwing-snapshot";
    private static final ConcurrentMap<String, OutputStream> TARGETS = new ConcurrentHashMap<>();

    static {
        FilePath.register(new SnapshotPath());
    }

    private SnapshotPath() {}

    /** A name for the stream that {@code BACKUP TO} takes, once. The stream is not closed. */
    static String nameOf(OutputStream target) {
        String name = SCHEME + ":" + UUID.randomUUID();
        TARGETS.put(name, target);
        return name;
    }

    static void forget(String name) {
        TARGETS.remove(name);
    }

    @Override
    public String getScheme() {
        return SCHEME;
    }

    @Override
    public SnapshotPath getPath(String path) {
        SnapshotPath named = new SnapshotPath();
        named.name = path;
        return named;
    }

    @Override
    public OutputStream newOutputStream(boolean append) throws IOException {
        OutputStream target = TARGETS.remove(name);
        if (target == null) {
            throw new IOException("nobody waits for this snapshot");
        }
        return new FilterOutputStream(target) {
            @Override
            public void write(byte[] bytes, int from, int length) throws IOException {
                out.write(bytes, from, length);
            }

            @Override
            public void close() throws IOException {
                flush();
            }
        };
    }
}
