package dev.waxwing.agent.command;

import dev.waxwing.agent.home.AgentFailure;
import dev.waxwing.agent.identity.Identity;
import dev.waxwing.agent.spool.FileSource;
import dev.waxwing.agent.spool.QueuedFile;
import dev.waxwing.agent.spool.Settled;
import dev.waxwing.agent.upload.Plan;
import dev.waxwing.classic.ClassicLimits;
import dev.waxwing.media.ItemId;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Sends files. */
final class SendCommand implements AgentCommand {

    static final Option TIMEOUT =
            new Option("timeout", "TIME", "give up when nothing moves for this long (default 30s)");

    private static final Duration DEFAULT_PATIENCE = Duration.ofSeconds(30);

    private static final Usage USAGE = new Usage(
            "send",
            "FILE...",
            "send photographs, videos and other files",
            List.of(
                    "Sends files and waits for the receipt of each. They are queued first, where they are: a file must"
                            + " stay",
                    "unchanged until its receipt has come. After a break of the connection, or of this command,"
                            + " sending",
                    "goes on where it stopped. Files that were queued before follow after these.",
                    "With --classic nothing is queued, and each file has at most %,d bytes."
                            .formatted(ClassicLimits.DEFAULTS.maxFile())),
            1,
            Usage.ANY_NUMBER,
            List.of(TIMEOUT));

    @Override
    public Usage usage() {
        return USAGE;
    }

    @Override
    public Result run(Invocation invocation) throws UsageException, AgentFailure, IOException, InterruptedException {
        if (ClassicMode.isAskedFor(invocation)) {
            return ClassicMode.of(invocation).send(sources(invocation));
        }
        Duration patience = patience(invocation);
        Device device = invocation.device();
        Identity identity = device.identity();
        List<QueuedFile> queued = device.spool(identity).addFiles(sources(invocation));
        List<ItemId> ids = queued.stream().map(QueuedFile::id).toList();
        Courier courier = new Courier(invocation);
        AgentFailure failure = null;
        try {
            device.deliver(Plan.filesFirst(ids), patience, courier);
        } catch (AgentFailure gaveUp) {
            failure = gaveUp;
        } finally {
            device.settle(invocation.interactive());
        }
        return report(queued, courier.outcomes(), failure).with("elapsedMillis", courier.elapsedMillis());
    }

    static Duration patience(Invocation invocation) throws UsageException {
        return invocation.duration(TIMEOUT.name(), DEFAULT_PATIENCE);
    }

    private static List<FileSource> sources(Invocation invocation) throws UsageException, AgentFailure, IOException {
        List<FileSource> sources = new ArrayList<>();
        for (String argument : invocation.arguments()) {
            sources.add(FileSources.find(path(argument)));
        }
        return sources;
    }

    private static Path path(String argument) throws UsageException {
        try {
            return Path.of(argument);
        } catch (InvalidPathException invalid) {
            throw new UsageException("'%s' is not a path".formatted(Words.shown(argument)));
        }
    }

    private static Result report(List<QueuedFile> queued, List<Settled> outcomes, @Nullable AgentFailure failure) {
        Map<ItemId, Settled> settled = new HashMap<>();
        outcomes.forEach(outcome -> settled.put(outcome.id(), outcome));
        List<Item> items = new ArrayList<>();
        Settled refused = null;
        int accepted = 0;
        for (QueuedFile file : queued) {
            Settled outcome = settled.get(file.id());
            items.add(outcome == null ? QueueCommand.item(file) : Items.of(outcome));
            if (outcome != null && outcome.isAccepted()) {
                accepted++;
            } else if (outcome != null) {
                refused = outcome;
            }
        }
        if (accepted == queued.size()) {
            return Result.done(Items.table(items)).withItems(items);
        }
        String summary = "%d of %d accepted".formatted(accepted, queued.size());
        Result result = refused != null
                ? Result.failed("%s: %s".formatted(summary, refused.reason()), refused.reference(), null)
                : failure != null
                        ? Result.failed(
                                "%s: %s".formatted(summary, failure.description()),
                                failure.reference(),
                                failure.advice())
                        : Result.failed(summary, null, null);
        return result.withItems(items).withText(Items.table(items));
    }
}
