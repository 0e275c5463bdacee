package dev.waxwing.server.backup;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.waxwing.server.backup.BackupManifest.Media;
import dev.waxwing.server.backup.BackupManifest.Part;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads a backup to its end, checks all of it, and writes what it holds into a directory of its own. Until that has returned nothing
 * in the directory may be used.
 */
final class Extraction {

    private static final FileAttribute<Set<PosixFilePermission>> DIRECTORY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final FileAttribute<Set<PosixFilePermission>> FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final String DATABASE_FILE = "waxwing.mv.db";

    private final Path into;
    private final CountedInput archive;
    private final List<Part> parts = new ArrayList<>();

    /** In lower case: a file system may take names for the same that differ by nothing else. */
    private final Set<String> keys = new HashSet<>();

    private final Snapshot.MediaDigest media = new Snapshot.MediaDigest();
    private @Nullable BackupManifest manifest;

    /** How long the parts are that were read, in bytes. */
    private long content;

    private Extraction(Path into, InputStream archive) {
        this.into = into;
        this.archive = new CountedInput(archive);
    }

    /** @param fileSha256 of the whole file, in hex: by what the audit trail names it */
    record Extracted(BackupManifest manifest, String fileSha256) {}

    /**
     * Extracts a backup.
     *
     * @param into an existing, empty directory
     * @throws BackupException when it is damaged, cut off, or not what its manifest says
     */
    static Extracted extract(Path file, BackupPassphrase passphrase, Path into) throws IOException {
        MessageDigest digest = Archive.sha256();
        try (InputStream raw = Files.newInputStream(file);
                OpeningStream opened = new OpeningStream(
                        new DigestInputStream(new BufferedInputStream(raw, 1 << 16), digest), passphrase)) {
            BackupManifest manifest = new Extraction(into, opened).extract();
            opened.transferTo(OutputStream.nullOutputStream()); // The last chunk says that nothing is missing.
            return new Extracted(manifest, Archive.hex(digest));
        } catch (ZipException | EOFException e) {
            String why = e.getMessage() == null ? "it ends too soon" : e.getMessage();
            throw new BackupException("The backup's content is not an archive: " + why, e);
        }
    }

    private BackupManifest extract() throws IOException {
        ZipInputStream zip = new ZipInputStream(archive);
        for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
            if (manifest != null) {
                throw new BackupException("The backup has something after its manifest.");
            }
            extract(entry.getName(), zip);
        }
        BackupManifest found = manifest;
        if (found == null) {
            throw new BackupException("The backup has no manifest.");
        }
        Media expected = found.media();
        if (!found.parts().equals(parts) || parts.isEmpty() || !media.isWhat(expected)) {
            throw new BackupException("The backup does not hold what its manifest says.");
        }
        return found;
    }

    private void extract(String name, ZipInputStream zip) throws IOException {
        if (name.equals(Archive.DATABASE)) {
            parts.add(database(zip));
        } else if (Archive.isKey(name)) {
            parts.add(key(name, zip));
        } else if (Archive.isMedia(name)) {
            long size = write(name, zip, media.content(), this::requireContent);
            media.add(name, size);
            content += size;
        } else if (name.equals(Archive.MANIFEST)) {
            byte[] json = zip.readNBytes(Archive.MAX_MANIFEST);
            if (zip.read() >= 0) {
                throw new BackupException("The backup's manifest is longer than any.");
            }
            manifest = BackupManifest.decode(json);
        } else {
            throw new BackupException(
                    "The backup has a part that this version does not know: " + Archive.shown(name) + ".");
        }
    }

    private Part key(String name, InputStream zip) throws IOException {
        if (!keys.add(name.toLowerCase(Locale.ROOT))) {
            throw new BackupException("The backup has the same file twice: " + name + ".");
        }
        if (keys.size() > Archive.MAX_KEYS) {
            throw new BackupException("The backup has more than " + Archive.MAX_KEYS + " files of keys.");
        }
        MessageDigest digest = Archive.sha256();
        long size = write(name, zip, digest, length -> {
            if (length > Archive.MAX_KEY) {
                throw new BackupException("The backup has a file of a key that is longer than any: " + name + ".");
            }
            requireContent(length);
        });
        content += size;
        return new Part(name, size, Archive.hex(digest));
    }

    /** @param length of the part that is being read, so far */
    private void requireContent(long length) throws BackupException {
        if (content + length > Archive.mostContent(archive.count)) {
            throw new BackupException("The backup holds more than its length allows. No backup is compressed so.");
        }
    }

    private Part database(InputStream entry) throws IOException {
        MessageDigest digest = Archive.sha256();
        CountedInput counted = new CountedInput(new DigestInputStream(entry, digest));
        ZipInputStream inner = new ZipInputStream(counted);
        ZipEntry file = inner.getNextEntry();
        if (file == null || !file.getName().equals(DATABASE_FILE)) {
            throw new BackupException("The backup does not hold a database of Waxwing.");
        }
        write("db/" + DATABASE_FILE, inner, Archive.sha256(), length -> {
            if (length > Archive.mostOfDatabase(counted.count)) {
                throw new BackupException(
                        "The backup's database holds more than its length allows. No database is compressed so.");
            }
            requireContent(counted.count);
        });
        if (inner.getNextEntry() != null) {
            throw new BackupException("The backup's database has more than one file.");
        }
        // The directory of the inner archive is hashed, too.
        Archive.copy(counted, OutputStream.nullOutputStream(), Archive.sha256(), _ -> requireContent(counted.count));
        content += counted.count;
        return new Part(Archive.DATABASE, counted.count, Archive.hex(digest));
    }

    private long write(String name, InputStream part, MessageDigest digest, Archive.Bound bound) throws IOException {
        Path target = into.resolve(name).normalize();
        Path parent = target.getParent();
        if (!target.startsWith(into) || parent == null) {
            throw new BackupException("The backup names a file outside its place: " + name + ".");
        }
        try {
            Files.createDirectories(parent, DIRECTORY);
            return write(target, part, digest, bound);
        } catch (FileAlreadyExistsException e) {
            throw new BackupException("The backup has the same file twice: " + name + ".", e);
        }
    }

    private static long write(Path target, InputStream part, MessageDigest digest, Archive.Bound bound)
            throws IOException {
        try (var channel = Files.newByteChannel(target, EnumSet.of(CREATE_NEW, WRITE), FILE);
                OutputStream out = Channels.newOutputStream(channel)) {
            return Archive.copy(part, out, digest, bound);
        }
    }

    private static final class CountedInput extends InputStream {

        private final InputStream in;
        private long count;

        CountedInput(InputStream in) {
            this.in = in;
        }

        @Override
        public int read() throws IOException {
            int read = in.read();
            count += read < 0 ? 0 : 1;
            return read;
        }

        @Override
        public int read(byte[] into, int from, int length) throws IOException {
            int read = in.read(into, from, length);
            count += Math.max(read, 0);
            return read;
        }
    }
}
