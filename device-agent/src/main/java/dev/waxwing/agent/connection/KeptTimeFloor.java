package dev.waxwing.agent.connection;

import dev.waxwing.agent.home.AgentFailure;
import dev.waxwing.agent.home.FlatJson;
import dev.waxwing.agent.home.PrivateFiles;
import dev.waxwing.trust.TimeFloor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/**
 * The latest time that this device has proof of under one root (protocol section 7.1), kept from one command to the next.
 * Owned by the thread of the command.
 */
public final class KeptTimeFloor {

    /** The file is not written anew for each session. */
    private static final Duration WORTH_KEEPING = Duration.ofMinutes(1);

    private static final String MEMBER = "latest";

    private final Path file;
    private final TimeFloor floor;
    private Instant kept;

    private KeptTimeFloor(Path file, Instant kept) {
        this.file = file;
        this.floor = new TimeFloor(kept);
        this.kept = kept;
    }

    /**
     * Reads what was kept. A file that cannot be read counts as none: it is replaced whole or not at all, so only a failing disk
     * or the home's owner can have damaged it, and a device that nobody is near must not be lost for that.
     *
     * @param file its directory must exist when something is kept
     */
    public static KeptTimeFloor load(Path file) throws IOException {
        return new KeptTimeFloor(file, read(file));
    }

    private static Instant read(Path file) throws IOException {
        if (!Files.exists(file)) {
            return Instant.EPOCH;
        }
        try {
            return Instant.parse(FlatJson.read(file).text(MEMBER));
        } catch (AgentFailure | IllegalArgumentException | DateTimeException unreadable) {
            return Instant.EPOCH;
        }
    }

    /** The floor itself. */
    public TimeFloor floor() {
        return floor;
    }

    /** Keeps the floor if it has risen by a minute or more since it was last kept. */
    public void keep() throws IOException {
        Instant latest = floor.latest();
        if (Duration.between(kept, latest).compareTo(WORTH_KEEPING) >= 0) {
            PrivateFiles.replace(file, FlatJson.write(Map.of(MEMBER, latest.toString())));
            kept = latest;
        }
    }
}
