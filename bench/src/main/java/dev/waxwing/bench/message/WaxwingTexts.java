package dev.waxwing.bench.message;

import dev.waxwing.agent.spool.Settled;
import dev.waxwing.agent.upload.DeliveryListener;
import dev.waxwing.agent.upload.Plan;
import dev.waxwing.agent.upload.UploadProgress;
import dev.waxwing.bench.device.MemoryDevice;
import dev.waxwing.bench.process.Commands;
import dev.waxwing.bench.waxwing.EnrolledDevice;
import dev.waxwing.enrollment.Invite;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * Texts of a device: by the agent's own spool and lanes, or from memory. Which of both it is, its first argument says.
 */
final class WaxwingTexts {

    static final String FROM_MEMORY = "memory";
    static final String FROM_SPOOL = "spool";

    /** How many texts are queued at once. */
    private static final int BURST = 1_000;

    private WaxwingTexts() {}

    /** From where; home; invite. */
    public static void main(String[] arguments) throws Exception {
        if (arguments[0].equals(FROM_MEMORY)) {
            serveFromMemory(arguments[2]);
        } else {
            serveFromSpool(Path.of(arguments[1]), arguments[2]);
        }
    }

    /** One session for all samples, as the peers have one connection. */
    private static void serveFromMemory(String invite) throws Exception {
        MemoryDevice device = MemoryDevice.enrol(Invite.parse(invite));
        try (TextSender sender = TextSender.connect(device)) {
            Commands.serve(Map.of(), Map.of("sample", count -> fromMemory(sender, Integer.parseInt(count))));
        }
    }

    private static Map<String, ?> fromMemory(TextSender sender, int count) throws Exception {
        return Commands.done(count, sender.send(count, Messages.SIZE).toNanos());
    }

    private static void serveFromSpool(Path home, String invite) throws Exception {
        try (EnrolledDevice device = EnrolledDevice.enrol(home, invite)) {
            Commands.serve(Map.of(), Map.of("sample", count -> fromSpool(device, Integer.parseInt(count))));
        }
    }

    /** What is queued is on the disk before the clock starts, and has its receipt when it stops. */
    private static Map<String, ?> fromSpool(EnrolledDevice device, int count) throws Exception {
        String text = "x".repeat(Messages.SIZE);
        for (int queued = 0; queued < count; queued += BURST) {
            device.spool().addTexts(Collections.nCopies(Math.min(BURST, count - queued), text));
        }
        Counter counter = new Counter();
        long begin = System.nanoTime();
        device.deliver(Plan.texts(), counter);
        long end = System.nanoTime();
        if (counter.accepted != count) {
            throw new IOException("%d of %d were accepted".formatted(counter.accepted, count));
        }
        return Commands.done(count, end - begin);
    }

    /** Counts the texts that have a receipt. */
    private static final class Counter implements DeliveryListener {

        private int accepted;

        @Override
        public void settled(Settled settled) {
            if (settled.isAccepted()) {
                accepted += settled.texts().size();
            }
        }

        @Override
        public void progress(List<UploadProgress> uploads) {
            // There are no files.
        }

        @Override
        public boolean isCancelled() {
            return false;
        }

        @Override
        public void notice(String message) {
            System.err.println(message);
        }
    }
}
