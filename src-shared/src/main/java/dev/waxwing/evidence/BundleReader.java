package dev.waxwing.evidence;

import dev.waxwing.media.SafeName;
import dev.waxwing.wire.Bytes;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;

/**
 * Reads an evidence bundle without unpacking it. Every file but the content is read whole within its limit; the content is a
 * stream. Owned by one thread.
 */
final class BundleReader implements Closeable {

    private static final int END_RECORD = 22;
    private static final int END_SIGNATURE = 0x06054B50;
    private static final int MAX_ENTRIES = 16;
    private static final int MAX_DIRECTORY = 65_536;
    private static final int BUFFER = 65_536;

    private final Path bundle;
    private final ZipFile zip;
    private final Map<BundleEntry, Bytes> files;
    private final ZipEntry content;

    private BundleReader(Path bundle, ZipFile zip, Map<BundleEntry, Bytes> files, ZipEntry content) {
        this.bundle = bundle;
        this.zip = zip;
        this.files = files;
        this.content = content;
    }

    /**
     * @throws MalformedEvidenceException if the archive does not hold exactly the files of a bundle
     * @throws IOException if the file cannot be read, or is not an archive
     */
    static BundleReader open(Path bundle) throws IOException, MalformedEvidenceException {
        requireSmallDirectory(bundle);
        ZipFile zip = new ZipFile(bundle.toFile(), StandardCharsets.UTF_8);
        try {
            Map<String, ZipEntry> entries = entries(zip);
            Map<BundleEntry, Bytes> files = new HashMap<>();
            Set<BundleEntry> expected =
                    entries.containsKey(BundleEntry.DEVICE_KEY.path()) ? BundleEntry.CLASSIC : BundleEntry.WXP2;
            for (BundleEntry file : expected) {
                ZipEntry entry = entries.remove(file.path());
                if (entry == null && BundleEntry.OPTIONAL.contains(file)) {
                    continue;
                }
                if (entry == null) {
                    throw new MalformedEvidenceException("the bundle has no " + file.path());
                }
                files.put(file, read(zip, entry, file.maxSize()));
            }
            return new BundleReader(bundle, zip, files, onlyContent(entries));
        } catch (IOException | MalformedEvidenceException | RuntimeException e) {
            zip.close();
            throw e;
        }
    }

    /** Whether it is a bundle of classic, by the files that it has. */
    boolean isClassic() {
        return files.containsKey(BundleEntry.DEVICE_KEY);
    }

    /** The device's signature over the content, in a bundle of classic that has one. */
    Optional<Bytes> contentSignature() {
        return Optional.ofNullable(files.get(BundleEntry.CONTENT_SIGNATURE));
    }

    /** The revocation list of the receipt signer's issuer, where that is not the device's. */
    Optional<Bytes> receiptRevocationList() {
        return Optional.ofNullable(files.get(BundleEntry.RECEIPT_REVOCATION_LIST));
    }

    Bytes file(BundleEntry file) {
        Bytes bytes = files.get(file);
        if (bytes == null) {
            throw new IllegalStateException("no " + file);
        }
        return bytes;
    }

    String contentName() {
        return content.getName().substring(BundleEntry.CONTENT.length());
    }

    /** The content, to be read as a stream. */
    InputStream content() throws IOException {
        return zip.getInputStream(content);
    }

    /**
     * Some programs unpack an archive by its directory, as this class does, others from its beginning on: both must find the
     * same, or what was verified is not what somebody sees.
     */
    void requireOneReading() throws IOException, MalformedEvidenceException {
        Set<String> left = new HashSet<>();
        zip.stream().map(ZipEntry::getName).forEach(left::add);
        try (var archive = new ZipInputStream(
                new BufferedInputStream(Files.newInputStream(bundle), BUFFER), StandardCharsets.UTF_8)) {
            for (ZipEntry entry = archive.getNextEntry(); entry != null; entry = archive.getNextEntry()) {
                if (!left.remove(entry.getName()) || !isSame(archive, zip.getEntry(entry.getName()))) {
                    throw ambiguous();
                }
            }
        } catch (IllegalArgumentException e) {
            throw new MalformedEvidenceException("a name in the archive cannot be read", e);
        }
        if (!left.isEmpty()) {
            throw ambiguous();
        }
    }

    private boolean isSame(InputStream streamed, ZipEntry entry) throws IOException {
        byte[] one = new byte[BUFFER];
        byte[] other = new byte[BUFFER];
        try (InputStream in = zip.getInputStream(entry)) {
            int read;
            do {
                read = in.readNBytes(one, 0, BUFFER);
                int n = streamed.readNBytes(other, 0, BUFFER);
                if (!Arrays.equals(one, 0, read, other, 0, n)) {
                    return false;
                }
            } while (read > 0);
            return true;
        }
    }

    private static MalformedEvidenceException ambiguous() {
        return new MalformedEvidenceException("what the archive holds depends on the program that unpacks it");
    }

    @Override
    public void close() throws IOException {
        zip.close();
    }

    /** The whole directory of an archive is loaded when it is opened; so its end record is looked at before. */
    private static void requireSmallDirectory(Path bundle) throws IOException, MalformedEvidenceException {
        try (RandomAccessFile file = new RandomAccessFile(bundle.toFile(), "r")) {
            if (file.length() < END_RECORD) {
                throw new MalformedEvidenceException("not a ZIP file");
            }
            file.seek(file.length() - END_RECORD);
            byte[] end = new byte[END_RECORD];
            file.readFully(end);
            if (u32(end, 0) != END_SIGNATURE) {
                throw new MalformedEvidenceException("not a ZIP file that ends without a comment");
            }
            if (u16(end, 10) > MAX_ENTRIES || u32(end, 12) > MAX_DIRECTORY) {
                throw new MalformedEvidenceException("more files than a bundle has");
            }
        }
    }

    private static Map<String, ZipEntry> entries(ZipFile zip) throws MalformedEvidenceException {
        Map<String, ZipEntry> entries = new HashMap<>();
        for (var all = zip.entries(); all.hasMoreElements(); ) {
            ZipEntry entry = all.nextElement();
            if (entries.put(entry.getName(), entry) != null) {
                throw new MalformedEvidenceException("a file twice: " + entry.getName());
            }
        }
        // Directories of their own appear when a bundle is unpacked and packed again.
        entries.remove(BundleEntry.CONTENT);
        entries.remove("status/");
        return entries;
    }

    private static ZipEntry onlyContent(Map<String, ZipEntry> entries) throws MalformedEvidenceException {
        if (entries.size() != 1) {
            throw new MalformedEvidenceException("not exactly one file besides the known ones, but " + entries.size());
        }
        ZipEntry content = entries.values().iterator().next();
        String path = content.getName();
        String name = path.startsWith(BundleEntry.CONTENT) ? path.substring(BundleEntry.CONTENT.length()) : "";
        if (name.isEmpty() || !SafeName.forFile(name).equals(name)) {
            throw new MalformedEvidenceException("not a file name for content: " + path);
        }
        return content;
    }

    private static Bytes read(ZipFile zip, ZipEntry entry, int max) throws IOException, MalformedEvidenceException {
        try (InputStream in = zip.getInputStream(entry)) {
            byte[] bytes = in.readNBytes(max + 1);
            if (bytes.length > max) {
                throw new MalformedEvidenceException(entry.getName() + " has more than " + max + " bytes");
            }
            return Bytes.of(bytes);
        }
    }

    private static int u16(byte[] bytes, int at) {
        return Byte.toUnsignedInt(bytes[at]) | Byte.toUnsignedInt(bytes[at + 1]) << 8;
    }

    private static long u32(byte[] bytes, int at) {
        return u16(bytes, at) | (long) u16(bytes, at + 2) << 16;
    }
}
