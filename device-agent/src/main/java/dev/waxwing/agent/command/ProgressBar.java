package dev.waxwing.agent.command;

import dev.waxwing.agent.upload.UploadProgress;
import dev.waxwing.media.ItemId;
import dev.waxwing.media.SafeName;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Draws how far uploads have got on the terminal's last line; draws nothing where there is no terminal. */
final class ProgressBar {

    private static final long BETWEEN_DRAWINGS = Duration.ofMillis(100).toNanos();
    private static final int NARROWEST_BAR = 10;
    private static final int WIDEST_BAR = 30;

    private final Messages messages;
    private final Map<ItemId, Long> begun = new HashMap<>();
    private long drawnAt = System.nanoTime() - BETWEEN_DRAWINGS;
    private boolean drawn;

    ProgressBar(Messages messages) {
        this.messages = messages;
    }

    void show(List<UploadProgress> uploads) {
        long now = System.nanoTime();
        uploads.forEach(upload -> begun.putIfAbsent(upload.file().id(), now));
        if (!messages.isTerminal() || uploads.isEmpty() || now - drawnAt < BETWEEN_DRAWINGS) {
            return;
        }
        UploadProgress first = uploads.getFirst();
        Duration elapsed =
                Duration.ofNanos(now - begun.getOrDefault(first.file().id(), now));
        draw(line(first, elapsed, uploads.size() - 1, messages.width()));
        drawnAt = now;
    }

    /** Removes the line, so that something else can be written. */
    void clear() {
        if (drawn) {
            messages.writer().print("\r\u001b[K");
            messages.writer().flush();
            drawn = false;
        }
    }

    private void draw(String line) {
        messages.writer().print("\r" + line + "\u001b[K");
        messages.writer().flush();
        drawn = true;
    }

    /**
     * One line of at most {@code width - 1} columns: percentage first, then as much as there is room for.
     *
     * @param elapsed since the upload began in this session
     * @param others how many more uploads are open
     */
    static String line(UploadProgress upload, Duration elapsed, int others, int width) {
        long size = upload.file().size();
        long done = upload.acknowledged();
        double share = size == 0 ? 1 : (double) done / size;
        String percent = "%3d%%".formatted((int) (share * 100));
        double seconds = elapsed.toMillis() / 1000.0;
        double rate = seconds < 0.2 ? 0 : (done - upload.from()) / seconds;
        String bytes = "%s of %s".formatted(Tables.size(done), Tables.size(size));
        String speed = rate < 1 ? "" : "  " + Tables.size((long) rate) + "/s";
        String left =
                rate < 1 ? "" : "  " + Durations.shown(Duration.ofSeconds((long) ((size - done) / rate))) + " left";
        String more = others == 0 ? "" : "  (+%d)".formatted(others);
        String tail = percent + "  " + bytes + speed + left + more;
        int room = width - 1;
        int bar = Math.min(WIDEST_BAR, room - tail.length() - 3);
        String drawing = bar >= NARROWEST_BAR ? bar(share, bar) + " " : "";
        String shortened = drawing.isEmpty() ? percent + "  " + bytes : tail;
        int nameRoom = room - drawing.length() - shortened.length() - 2;
        String name = name(upload, nameRoom);
        String line = name + drawing + shortened;
        return line.length() <= room ? line : percent.substring(0, Math.clamp(room, 0, percent.length()));
    }

    private static String name(UploadProgress upload, int room) {
        if (room < 4) {
            return "";
        }
        String name = SafeName.forDisplay(upload.file().name());
        int codePoints = name.codePointCount(0, name.length());
        return codePoints <= room ? name + "  " : name.substring(0, name.offsetByCodePoints(0, room - 1)) + "…  ";
    }

    private static String bar(double share, int width) {
        int inner = width - 2;
        int full = (int) (share * inner);
        return "[" + "#".repeat(full) + "-".repeat(inner - full) + "]";
    }
}
