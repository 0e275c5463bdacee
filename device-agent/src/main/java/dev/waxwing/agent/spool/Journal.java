package dev.waxwing.agent.spool;

import dev.waxwing.agent.home.PrivateFiles;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.function.Consumer;
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
    private static final int PIECE = 64 << 10;

    private final FileChannel channel;
    private long length;
    private boolean usable = true;

    private Journal(FileChannel channel, long length) {
        this.channel = channel;
        this.length = length;
    }

    /**
     * How much of a journal file is whole.
     *
     * @param end where the last whole line ends; what follows is torn
     * @param damaged lines before that which are not whole: no crash does that
     */
    record Extent(long end, int damaged) {}

    /**
     * Reads a journal that may be growing meanwhile, a line at a time; a missing file is an empty journal.
     *
     * @param sink gets all events that are whole, in order
     */
    static Extent read(Path file, Consumer<Event> sink) throws IOException {
        if (!Files.exists(file)) {
            return new Extent(0, 0);
        }
        Reading reading = new Reading(sink);
        try (InputStream in = Files.newInputStream(file)) {
            byte[] piece = new byte[PIECE];
            for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
                reading.take(piece, read);
            }
        }
        return new Extent(reading.end, reading.damaged);
    }

    /** What is known of a journal so far, and the beginning of the line that was not read to its end. */
    private static final class Reading {

        private final Consumer<Event> sink;
        private final ByteArrayOutputStream line = new ByteArrayOutputStream();
        private long taken;
        private long end;
        private int bad;
        private int damaged;

        Reading(Consumer<Event> sink) {
            this.sink = sink;
        }

        void take(byte[] piece, int length) {
            int from = 0;
            for (int at = 0; at < length; at++) {
                if (piece[at] == '\n') {
                    line.write(piece, from, at - from);
                    from = at + 1;
                    ended(taken + from);
                }
            }
            line.write(piece, from, length - from);
            taken += length;
        }

        private void ended(long lineEnd) {
            Event event = event(line.toByteArray());
            line.reset();
            if (event == null) {
                bad++;
                return;
            }
            damaged = bad;
            end = lineEnd;
            sink.accept(event);
        }
    }

    /** The event of a line, or null when the line is not whole. */
    private static @Nullable Event event(byte[] line) {
        if (line.length <= HEAD || line[CHECK] != ' ') {
            return null;
        }
        byte[] json = Arrays.copyOfRange(line, HEAD, line.length);
        String expected = HexFormat.of().toHexDigits(checksum(json));
        if (!expected.equals(new String(line, 0, CHECK, StandardCharsets.US_ASCII))) {
            return null;
        }
        try {
            return EventCodec.decode(json);
        } catch (IllegalArgumentException malformed) {
            return null;
        }
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
    void append(Iterable<Event> events, boolean durably) throws IOException {
        if (!usable) {
            throw new IOException("the spool's journal could not be written before; nothing more is added to it");
        }
        long from = length;
        try {
            Lines lines = new Lines(channel, length);
            for (Event event : events) {
                lines.add(event);
            }
            length = lines.end();
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

    /**
     * Writes a journal of its own, a piece at a time.
     *
     * @return how long it is
     */
    static long write(FileChannel channel, Iterable<Event> events) throws IOException {
        Lines lines = new Lines(channel, 0);
        for (Event event : events) {
            lines.add(event);
        }
        return lines.end();
    }

    /** Lines on their way into a file. A piece of it is in memory, or one line if that is longer. */
    private static final class Lines {

        private final FileChannel channel;
        private final ByteArrayOutputStream piece = new ByteArrayOutputStream();
        private long at;

        Lines(FileChannel channel, long from) {
            this.channel = channel;
            this.at = from;
        }

        void add(Event event) throws IOException {
            byte[] json = EventCodec.encode(event);
            piece.writeBytes(HexFormat.of().toHexDigits(checksum(json)).getBytes(StandardCharsets.US_ASCII));
            piece.write(' ');
            piece.writeBytes(json);
            piece.write('\n');
            if (piece.size() >= PIECE) {
                flush();
            }
        }

        /** Writes the rest, and says where the last line ends. */
        long end() throws IOException {
            flush();
            return at;
        }

        private void flush() throws IOException {
            ByteBuffer bytes = ByteBuffer.wrap(piece.toByteArray());
            while (bytes.hasRemaining()) {
                at += channel.write(bytes, at);
            }
            piece.reset();
        }
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
