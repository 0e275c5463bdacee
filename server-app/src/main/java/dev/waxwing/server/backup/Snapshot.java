package dev.waxwing.server.backup;

import dev.waxwing.ca.audit.AuditEvent;
import dev.waxwing.ca.audit.AuditTrail;
import dev.waxwing.ca.authority.CertificateAuthority;
import dev.waxwing.ca.authority.DataDirectory;
import dev.waxwing.server.backup.BackupManifest.Head;
import dev.waxwing.server.backup.BackupManifest.Media;
import dev.waxwing.server.backup.BackupManifest.Part;
import java.io.ByteArrayInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Writes all that a server needs to go on as one ZIP archive, while it runs or not, and holds no more of it in memory than a buffer:
 * first the database as of one moment (H2's own online backup), then the key files, the media if they are wanted, and the manifest.
 *
 * <p>Content is in place before its row is accepted, and is never changed: media that are read after the database hold all that the
 * database calls accepted.
 */
@Component
public final class Snapshot {

    private static final List<String> COUNTED =
            List.of("certificate", "device", "transfer", "text_block", "console_user", "audit_event");

    private final Path home;
    private final JdbcClient jdbc;
    private final CertificateAuthority authority;
    private final AuditTrail audit;
    private final Clock clock;

    /** H2 must not reuse room in its file while it is copied, and forgets that when the first of two copies ends. */
    private final ReentrantLock copying = new ReentrantLock();

    Snapshot(DataDirectory directory, JdbcClient jdbc, CertificateAuthority authority, AuditTrail audit, Clock clock) {
        this.home = directory.dataDir().toAbsolutePath().normalize();
        this.jdbc = jdbc;
        this.authority = authority;
        this.audit = audit;
        this.clock = clock;
    }

    /**
     * Writes the archive; the stream is not closed.
     *
     * @param withMedia whether the content of transfers is in it
     * @param actor who wants it
     * @throws BackupException when it cannot be made; the message says why
     */
    public BackupManifest write(boolean withMedia, String actor, OutputStream target) throws IOException {
        requireEmbedded();
        if (!copying.tryLock()) {
            throw new BackupException("Another backup is being made. Wait until it is finished.");
        }
        try {
            return writeAlone(withMedia, actor, target);
        } finally {
            copying.unlock();
        }
    }

    private BackupManifest writeAlone(boolean withMedia, String actor, OutputStream target) throws IOException {
        audit.record(AuditEvent.success(
                actor, "backup.started", "server", withMedia ? "database, keys and media" : "database and keys"));
        Instant takenAt = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        Map<String, Long> counts = counts();
        Head head = head();
        SortedMap<String, byte[]> keys = keys();
        List<Part> parts = new ArrayList<>();
        ZipOutputStream zip = new ZipOutputStream(new Unclosed(target), StandardCharsets.UTF_8);
        zip.setLevel(Deflater.NO_COMPRESSION); // The database comes compressed, and media are.
        parts.add(database(zip));
        if (!same(keys, keys())) {
            throw new BackupException("The server renewed a key while the backup was made. Make the backup again.");
        }
        for (Map.Entry<String, byte[]> key : keys.entrySet()) {
            parts.add(write(zip, key.getKey(), new ByteArrayInputStream(key.getValue())));
        }
        Media media = withMedia ? media(zip) : null;
        BackupManifest manifest = new BackupManifest(version(), takenAt, root(), counts, head, parts, media);
        zip.putNextEntry(new ZipEntry(Archive.MANIFEST));
        zip.write(manifest.encode());
        zip.closeEntry();
        zip.finish();
        zip.flush();
        return manifest;
    }

    private void requireEmbedded() throws IOException {
        if (!EmbeddedDatabase.isBelow(home, jdbc)) {
            throw new BackupException("The database of this server is not the embedded one below " + home
                    + ". Back it up by its own means, together with " + home.resolve("keys") + ".");
        }
    }

    private Map<String, Long> counts() {
        Map<String, Long> counts = new TreeMap<>();
        for (String table : COUNTED) {
            counts.put(
                    table,
                    jdbc.sql("SELECT COUNT(*) FROM " + table).query(Long.class).single());
        }
        return counts;
    }

    private Head head() {
        return jdbc.sql("SELECT id, hash FROM audit_head WHERE only_row = 1")
                .query((row, _) -> new Head(row.getLong("id"), row.getString("hash")))
                .single();
    }

    private SortedMap<String, byte[]> keys() throws IOException {
        SortedMap<String, byte[]> keys = new TreeMap<>();
        Path directory = home.resolve("keys").toRealPath(); // It may be a link to another volume.
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                String name = "keys/" + directory.relativize(file);
                if (!name.endsWith(".unfinished")) {
                    if (!Archive.isKey(name) || Files.size(file) > Archive.MAX_KEY) {
                        throw new BackupException(file + " is not a key file of this server. Remove it.");
                    }
                    keys.put(name, Files.readAllBytes(file));
                }
            }
        } catch (NoSuchFileException | UncheckedIOException e) {
            throw new BackupException("The server renewed a key while the backup was made. Make the backup again.", e);
        }
        if (keys.keySet().stream().noneMatch(Archive::isIssuingKey)) {
            throw new BackupException("There is no key of an issuing authority in " + directory
                    + ", and nothing could go on from a backup without one.");
        }
        return keys;
    }

    private static boolean same(Map<String, byte[]> before, Map<String, byte[]> after) {
        return before.keySet().equals(after.keySet())
                && before.entrySet().stream().allMatch(key -> Arrays.equals(key.getValue(), after.get(key.getKey())));
    }

    private Part database(ZipOutputStream zip) throws IOException {
        MessageDigest digest = Archive.sha256();
        zip.putNextEntry(new ZipEntry(Archive.DATABASE));
        Counted copy = new Counted(new DigestOutputStream(zip, digest));
        String name = SnapshotPath.nameOf(copy);
        try {
            jdbc.sql("BACKUP TO '" + name + "'").update();
        } catch (DataAccessException e) {
            throw failure(e);
        } finally {
            SnapshotPath.forget(name);
        }
        zip.closeEntry();
        return new Part(Archive.DATABASE, copy.count, Archive.hex(digest));
    }

    /** What stopped the copy is often that its reader went away, or its disk is full; H2 wraps it. */
    private static IOException failure(DataAccessException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof IOException io) {
                return io;
            }
        }
        return new BackupException("The database could not be copied: " + e.getMessage(), e);
    }

    private static Part write(ZipOutputStream zip, String name, InputStream content) throws IOException {
        MessageDigest digest = Archive.sha256();
        zip.putNextEntry(new ZipEntry(name));
        long size = Archive.copy(content, zip, digest);
        zip.closeEntry();
        return new Part(name, size, Archive.hex(digest));
    }

    private Media media(ZipOutputStream zip) throws IOException {
        MediaDigest digest = new MediaDigest();
        Path root = home.resolve("media");
        for (String below : List.of("content", "quarantine")) {
            Path directory = root.resolve(below);
            if (Files.isDirectory(directory)) {
                try (Stream<Path> files = Files.walk(directory)) {
                    for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                        media(zip, Archive.MEDIA + root.relativize(file), file, digest);
                    }
                }
            }
        }
        return digest.media();
    }

    private static void media(ZipOutputStream zip, String name, Path file, MediaDigest digest) throws IOException {
        if (!Archive.isMedia(name)) {
            return; // Not a file of the store.
        }
        try (InputStream content = Files.newInputStream(file)) {
            zip.putNextEntry(new ZipEntry(name));
            digest.add(name, Archive.copy(content, zip, digest.content()));
            zip.closeEntry();
        }
    }

    private String root() {
        return HexFormat.of().formatHex(authority.rootSpkiSha256());
    }

    private static String version() {
        @Nullable String version = Snapshot.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    /** One digest over all media: a list of them all could be longer than memory. */
    static final class MediaDigest {

        private final MessageDigest all = Archive.sha256();
        private MessageDigest file = Archive.sha256();
        private long files;
        private long bytes;

        MessageDigest content() {
            file = Archive.sha256();
            return file;
        }

        void add(String name, long size) {
            byte[] text = name.getBytes(StandardCharsets.US_ASCII);
            all.update(ByteBuffer.allocate(Short.BYTES + text.length + Long.BYTES)
                    .putShort((short) text.length)
                    .put(text)
                    .putLong(size)
                    .flip());
            all.update(file.digest());
            files++;
            bytes += size;
        }

        /** Whether this is what a manifest says; one that says nothing has no media. */
        boolean isWhat(@Nullable Media expected) {
            return expected == null ? files == 0 : expected.equals(media());
        }

        Media media() {
            return new Media(files, bytes, Archive.hex(all));
        }
    }

    private static final class Counted extends FilterOutputStream {

        private long count;

        Counted(OutputStream out) {
            super(out);
        }

        @Override
        public void write(int b) throws IOException {
            out.write(b);
            count++;
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            out.write(bytes, from, length);
            count += length;
        }
    }

    /** H2 and ZIP streams are finished, not closed: the stream below belongs to the caller. */
    private static final class Unclosed extends FilterOutputStream {

        Unclosed(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            out.write(bytes, from, length);
        }

        @Override
        public void close() throws IOException {
            flush();
        }
    }
}
