package dev.waxwing.bench.upload;

import dev.waxwing.agent.spool.FileSource;
import dev.waxwing.agent.spool.QueuedFile;
import dev.waxwing.agent.spool.Settled;
import dev.waxwing.agent.upload.DeliveryListener;
import dev.waxwing.agent.upload.Plan;
import dev.waxwing.agent.upload.UploadProgress;
import dev.waxwing.bench.process.Commands;
import dev.waxwing.bench.waxwing.EnrolledDevice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Queues a file in the device's spool and delivers it over a new session, until its receipt is verified and kept. */
public final class WaxwingSender {

    private final EnrolledDevice device;
    private final FileSource source;

    private WaxwingSender(EnrolledDevice device, FileSource source) {
        this.device = device;
        this.source = source;
    }

    /** File; home; invite. */
    public static void main(String[] arguments) throws Exception {
        Path file = Path.of(arguments[0]);
        FileSource source = new FileSource(
                file,
                Files.size(file),
                Files.getLastModifiedTime(file).toInstant(),
                file.getFileName().toString(),
                "application/octet-stream");
        try (EnrolledDevice device = EnrolledDevice.enrol(Path.of(arguments[1]), arguments[2])) {
            WaxwingSender sender = new WaxwingSender(device, source);
            Commands.serve(Map.of(), Map.of("sample", _ -> sender.sample()));
        }
    }

    private Map<String, ?> sample() throws Exception {
        Receipts receipts = new Receipts();
        long begin = System.nanoTime();
        QueuedFile queued = device.spool().addFiles(List.of(source)).getFirst();
        device.deliver(Plan.filesFirst(List.of(queued.id())), receipts);
        long end = System.nanoTime();
        device.disconnect();
        receipts.requireAccepted(queued);
        return Commands.done(source.size(), end - begin);
    }

    /** Remembers what was settled. */
    private static final class Receipts implements DeliveryListener {

        private final List<Settled> settled = new ArrayList<>();

        void requireAccepted(QueuedFile file) throws IOException {
            if (settled.stream().noneMatch(one -> one.id().equals(file.id()) && one.isAccepted())) {
                throw new IOException("no receipt: " + settled);
            }
        }

        @Override
        public void settled(Settled outcome) {
            settled.add(outcome);
        }

        @Override
        public void progress(List<UploadProgress> uploads) {
            // Nobody watches.
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
