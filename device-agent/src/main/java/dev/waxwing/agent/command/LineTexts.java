package dev.waxwing.agent.command;

import dev.waxwing.agent.home.AgentFailure;
import dev.waxwing.agent.spool.Settled;
import dev.waxwing.agent.spool.Spool;
import dev.waxwing.agent.upload.Plan;
import dev.waxwing.media.Text;
import dev.waxwing.media.TextSeal;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Each line of standard input as a text of its own. What has come is queued durably, many lines at once where there are many, and sent
 * before more is read; so whoever writes faster than the server takes it waits, and what was read is never lost. Owned by the
 * thread of the command.
 */
final class LineTexts {

    /** As many as one group has, so that the last lines of a long input do not make a group each. */
    private static final int MOST_LINES = TextSeal.MAX_GROUP;

    private static final int MOST_BYTES = 1 << 20;

    /** Receipts that the result lists, the latest; there may be a line each second for a year. */
    private static final int MOST_ITEMS = 1_000;

    private final Invocation invocation;
    private final Duration patience;
    private final InputStream input;
    private final Deque<Item> receipts = new ArrayDeque<>();
    private long lines;
    private long accepted;
    private long refused;
    private @Nullable Settled refusal;
    private @Nullable AgentFailure undelivered;
    private @Nullable AgentFailure unreadable;

    LineTexts(Invocation invocation, Duration patience) {
        this.invocation = invocation;
        this.patience = patience;
        this.input = new BufferedInputStream(invocation.input(), 1 << 16);
    }

    /** Sends all of them; ends with the input, or when the person wants it. */
    Result send() throws UsageException, AgentFailure, IOException, InterruptedException {
        Device device = invocation.device();
        Spool spool = device.spool(device.identity());
        try {
            for (List<String> some = next(); !some.isEmpty(); some = next()) {
                spool.addTexts(some);
                deliver(device);
            }
        } finally {
            device.settle(invocation.interactive());
        }
        return result();
    }

    private void deliver(Device device) throws IOException, InterruptedException {
        Courier courier = new Courier(invocation);
        try {
            device.deliver(Plan.texts(), patience, courier);
            undelivered = null;
        } catch (AgentFailure failure) {
            undelivered = failure; // What waits is sent with what comes next, or with the next command.
        } finally {
            courier.outcomes().forEach(this::count);
        }
    }

    private void count(Settled settled) {
        if (!settled.isAccepted()) {
            refused++;
            refusal = settled;
            return;
        }
        accepted += settled.texts().size();
        receipts.add(Items.of(settled));
        if (receipts.size() > MOST_ITEMS) {
            receipts.removeFirst();
        }
    }

    /** Waits for a line, and takes what else is there already. Empty at the end, or before what cannot be a text. */
    private List<String> next() throws IOException {
        List<String> some = new ArrayList<>();
        int bytes = 0;
        while (unreadable == null && !invocation.cancelled().getAsBoolean()) {
            byte[] line = line();
            if (line == null) {
                break;
            }
            String text = text(line);
            if (text != null && !text.isEmpty()) {
                some.add(text);
                bytes += line.length;
            }
            if (!some.isEmpty() && (some.size() >= MOST_LINES || bytes >= MOST_BYTES || input.available() == 0)) {
                break;
            }
        }
        return some;
    }

    /** A line without its break; null at the end of the input. One byte more than fits is read of what is too long. */
    private byte @Nullable [] line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int next = input.read();
        if (next < 0) {
            return null;
        }
        lines++;
        while (next >= 0 && next != '\n' && line.size() <= Text.MAX_BYTES + 1) {
            line.write(next);
            next = input.read();
        }
        byte[] bytes = line.toByteArray();
        boolean carriage = bytes.length > 0 && bytes[bytes.length - 1] == '\r';
        return carriage ? Arrays.copyOf(bytes, bytes.length - 1) : bytes;
    }

    private @Nullable String text(byte[] line) {
        if (line.length > Text.MAX_BYTES) {
            unreadable = fault("is longer than %,d bytes".formatted(Text.MAX_BYTES));
            return null;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(line))
                    .toString();
        } catch (CharacterCodingException malformed) {
            unreadable = fault("is not UTF-8 text");
            return null;
        }
    }

    private AgentFailure fault(String what) {
        return new AgentFailure(
                "line %,d %s; neither it nor what follows was taken".formatted(lines, what),
                "Send the input as a file instead: 'send FILE'.");
    }

    private Result result() throws UsageException {
        if (lines == 0) {
            throw new UsageException("standard input holds no line");
        }
        AgentFailure failure = unreadable == null ? undelivered : unreadable;
        Result result;
        if (failure != null) {
            result = Result.failed(failure.description(), failure.reference(), failure.advice());
        } else if (refusal != null) {
            result = Result.failed(
                    "%,d were not accepted, the last because: %s".formatted(refused, refusal.reason()),
                    refusal.reference(),
                    null);
        } else {
            result = Result.done(List.of());
        }
        return result.withText(List.of("%,d texts accepted".formatted(accepted)))
                .withItems(List.copyOf(receipts))
                .with("lines", lines)
                .with("accepted", accepted);
    }
}
