package dev.waxwing.agent.spool;

import dev.waxwing.agent.home.PrivateFiles;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A file of events, one a line, that only grows. Each line is
 * <pre>
 * CRC-32C of the JSON (8 hex digits) | space | JSON | line feed
 * </pre>
 * A crash can leave a torn last line. It was not durable, so nobody was told of it, and it is cut off.
 *
 * <p>Not safe for threads: the spool's lock guards it.
 */
final class Journal implements Closeable {

    private static final int CHECK = 8;
    private static final int HEAD = CHECK + 1;

    private final FileChannel channel;
    private long length;
    private boolean usable = true;

    private Journal(FileChannel channel, long length) {
        this.channel = channel;
        this.length = length;
    }

    /**
     * What a journal file holds.
     *
     * @param events all that are whole, in order
     * @param end where the last whole line ends; what follows is torn
     * @param damaged lines before that which are not whole: no crash does that
     */
    record Content(List<Event> events, long end, int damaged) {}

    /** Reads a journal that may be growing meanwhile; a missing file is an empty journal. */
    static Content read(Path file) throws IOException {
        if (!Files.exists(file)) {
            return new Content(List.of(), 0, 0);
        }
        byte[] bytes = Files.readAllBytes(file);
        List<Event> events = new ArrayList<>();
        long end = 0;
        int bad = 0;
        int damaged = 0;
        int from = 0;
        for (int at = 0; at < bytes.length; at++) {
            if (bytes[at] == '\n') {
                byte[] json = check(bytes, from, at);
                if (json == null || !add(events, json)) {
                    bad++;
                } else {
                    damaged = bad;
                    end = at + 1L;
                }
                from = at + 1;
            }
        }
        return new Content(events, end, damaged);
    }

    private static boolean add(List<Event> events, byte[] json) {
        try {
            return events.add(EventCodec.decode(json));
        } catch (IllegalArgumentException malformed) {
            return false;
        }
    }

    private static byte @Nullable [] check(byte[] bytes, int from, int to) {
        if (to - from <= HEAD || bytes[from + CHECK] != ' ') {
            return null;
        }
        byte[] json = Arrays.copyOfRange(bytes, from + HEAD, to);
        String expected = HexFormat.of().toHexDigits(checksum(json));
        String found = new String(bytes, from, CHECK, StandardCharsets.US_ASCII);
        return expected.equals(found) ? json : null;
    }

    /** Opens a journal for appending behind what {@link #read} found whole. */
    static Journal open(Path file, long end) throws IOException {
        FileChannel channel = PrivateFiles.openForAppending(file);
        boolean opened = false;
        try {
            if (channel.size() != end) {
                channel.truncate(end);
                channel.force(true);
            }
            opened = true;
            return new Journal(channel, end);
        } finally {
            if (!opened) {
                channel.close();
            }
        }
    }

    /**
     * Appends events; after a failure none of them is there.
     *
     * @param durably whether they must survive a crash of the machine from now on
     */
    void append(List<Event> events, boolean durably) throws IOException {
        if (!usable) {
            throw new IOException("the spool's journal could not be written before; nothing more is added to it");
        }
        ByteBuffer lines = ByteBuffer.wrap(encode(events));
        long from = length;
        try {
            while (lines.hasRemaining()) {
                length += channel.write(lines, length);
            }
        } catch (IOException full) {
            length = from;
            cutBack(full);
            throw full;
        }
        if (durably) {
            force();
        }
    }

    private void cutBack(IOException reason) {
        try {
            channel.truncate(length);
        } catch (IOException alsoThis) {
            usable = false;
            reason.addSuppressed(alsoThis);
        }
    }

    /** After a failed synchronisation nobody knows what the disk holds, so the journal takes nothing more. */
    private void force() throws IOException {
        try {
            channel.force(false);
        } catch (IOException failed) {
            usable = false;
            throw failed;
        }
    }

    long length() {
        return length;
    }

    static byte[] encode(List<Event> events) {
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        for (Event event : events) {
            byte[] json = EventCodec.encode(event);
            lines.writeBytes(HexFormat.of().toHexDigits(checksum(json)).getBytes(StandardCharsets.US_ASCII));
            lines.write(' ');
            lines.writeBytes(json);
            lines.write('\n');
        }
        return lines.toByteArray();
    }

    private static int checksum(byte[] json) {
        CRC32C crc = new CRC32C();
        crc.update(json, 0, json.length);
        return (int) crc.getValue();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
