package dev.waxwing.agent.command;

import dev.waxwing.agent.spool.Settled;
import dev.waxwing.agent.upload.DeliveryListener;
import dev.waxwing.agent.upload.UploadProgress;
import dev.waxwing.media.SafeName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Tells a person how a delivery goes, and remembers what came of it. */
final class Courier implements DeliveryListener {

    private final Messages messages;
    private final BooleanSupplier cancelled;
    private final ProgressBar bar;
    private String lastNotice = "";
    private final List<Settled> outcomes = new ArrayList<>();
    private final long begun = System.nanoTime();
    private long settledAt = begun;

    Courier(Invocation invocation) {
        this.messages = invocation.messages();
        this.cancelled = invocation.cancelled();
        this.bar = new ProgressBar(messages);
    }

    /** What was settled, in that order. */
    List<Settled> outcomes() {
        return List.copyOf(outcomes);
    }

    /** Milliseconds from the begin, which is before the connection is made, to what was settled last. */
    long elapsedMillis() {
        return Duration.ofNanos(settledAt - begun).toMillis();
    }

    @Override
    public void progress(List<UploadProgress> uploads) {
        bar.show(uploads);
    }

    @Override
    public void settled(Settled settled) {
        outcomes.add(settled);
        settledAt = System.nanoTime();
        bar.clear();
        if (settled.kind() == Settled.Kind.FILE || !settled.isAccepted()) {
            messages.say(describe(settled));
        }
    }

    @Override
    public boolean isCancelled() {
        return cancelled.getAsBoolean();
    }

    @Override
    public void notice(String message) {
        bar.clear();
        // A server that stays away is not announced at every try.
        if (!message.equals(lastNotice)) {
            messages.say(message);
            lastNotice = message;
        }
    }

    private static String describe(Settled settled) {
        String name = SafeName.forDisplay(settled.name());
        if (settled.isAccepted()) {
            return "%s: accepted (%s), receipt %s".formatted(name, Tables.size(settled.size()), settled.receiptId());
        }
        String reference = settled.reference() == null ? "" : ", reference " + settled.reference();
        return "%s: not accepted: %s%s".formatted(name, settled.reason(), reference);
    }
}
