package dev.waxwing.agent.home;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Keeps other agents out of a home until it is closed or this process ends, however it ends. */
public final class HomeLock implements Closeable {

    private static final Duration BETWEEN_TRIES = Duration.ofMillis(50);

    private final FileChannel channel;

    private HomeLock(FileChannel channel) {
        this.channel = channel;
    }

    static HomeLock take(Path file, Duration patience) throws IOException, AgentFailure, InterruptedException {
        FileChannel channel = FileChannel.open(
                file,
                PrivateFiles.options(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                PrivateFiles.forFile());
        boolean taken = false;
        try {
            long until = System.nanoTime() + patience.toNanos();
            while (tryLock(channel) == null) {
                if (System.nanoTime() - until >= 0) {
                    throw inUse(file);
                }
                Thread.sleep(BETWEEN_TRIES);
            }
            channel.truncate(0);
            String owner = ProcessHandle.current().pid() + "\n";
            channel.write(ByteBuffer.wrap(owner.getBytes(StandardCharsets.US_ASCII)), 0);
            taken = true;
            return new HomeLock(channel);
        } finally {
            if (!taken) {
                channel.close();
            }
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException heldByThisProcess) {
            return null;
        }
    }

    private static AgentFailure inUse(Path file) {
        String owner = "";
        try {
            owner = Files.readString(file, StandardCharsets.US_ASCII).strip();
        } catch (IOException unreadable) {
            // The message does without the process number.
        }
        String who = owner.isEmpty() ? "another agent" : "another agent (process %s)".formatted(owner);
        return new AgentFailure(
                "%s is using %s".formatted(who, file.getParent()),
                "Wait until it is done, or leave its shell with 'exit'.");
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
