package dev.waxwing.agent.command;

import dev.waxwing.agent.classic.ClassicConnection;
import dev.waxwing.agent.home.AgentFailure;
import dev.waxwing.agent.spool.FileSource;
import dev.waxwing.classic.ClassicKit;
import dev.waxwing.classic.ClassicLimits;
import dev.waxwing.classic.ClassicVerdict;
import dev.waxwing.enrollment.ServerAddress;
import dev.waxwing.media.ItemId;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@code send} and {@code text} do with {@code --classic}: they talk to an original server as the device whose kit is
 * given. There is no identity, no queue and no receipt, so an item that was not sent is not kept either.
 */
final class ClassicMode {

    private static final List<String> COMMANDS = List.of("send", "text");
    private static final String WARNING =
            "warning: the classic protocol is insecure: whoever gets the server's key reads"
                    + " all of this, and there is no receipt";
    private static final String SENT = "sent";
    private static final String REFUSED = "refused";
    private static final String UNCERTAIN = "uncertain";
    private static final String UNSENT = "unsent";

    private final Invocation invocation;
    private final ServerAddress server;
    private final ClassicKit kit;
    private final Duration patience;

    private ClassicMode(Invocation invocation, ServerAddress server, ClassicKit kit, Duration patience) {
        this.invocation = invocation;
        this.server = server;
        this.kit = kit;
        this.patience = patience;
    }

    /**
     * Checks that the options make sense together and with the command.
     *
     * @throws UsageException if they do not
     */
    static void check(Map<String, String> options, @Nullable String command) throws UsageException {
        boolean classic = options.containsKey(CommandLine.CLASSIC);
        if (!classic && !options.containsKey(CommandLine.CLASSIC_KIT)) {
            return;
        }
        if (!classic || !options.containsKey(CommandLine.CLASSIC_KIT)) {
            throw new UsageException("--classic HOST:PORT and --classic-kit DIR are given together");
        }
        if (command == null || !COMMANDS.contains(command)) {
            throw new UsageException("--classic works with 'send' and 'text' only");
        }
        address(String.valueOf(options.get(CommandLine.CLASSIC)));
    }

    static boolean isAskedFor(Invocation invocation) {
        return invocation.has(CommandLine.CLASSIC);
    }

    /** Reads the kit; nothing is sent yet. */
    static ClassicMode of(Invocation invocation) throws UsageException, AgentFailure, IOException {
        ServerAddress server = address(invocation.option(CommandLine.CLASSIC).orElseThrow());
        Path folder = folder(invocation.option(CommandLine.CLASSIC_KIT).orElseThrow());
        Duration patience = SendCommand.patience(invocation);
        invocation.messages().say(WARNING);
        return new ClassicMode(invocation, server, ClassicConnection.kit(folder), patience);
    }

    Result text(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        String name = Items.excerpt(text);
        String state = UNSENT;
        try (ClassicConnection connection = connect()) {
            state = UNCERTAIN;
            connection.text(text);
            state = SENT;
            connection.end();
        } catch (AgentFailure failure) {
            if (!state.equals(SENT)) {
                return Result.failed(failure.description(), null, failure.advice())
                        .withItems(List.of(item(name, utf8, state)));
            }
        }
        return Result.done(List.of("the server has the text; classic knows no receipt"))
                .withItems(List.of(item(name, utf8, SENT)));
    }

    /** All of them in one session, in order, and none if one is too large. */
    Result send(List<FileSource> sources) throws AgentFailure {
        for (FileSource source : sources) {
            requireWithinLimit(source.path(), source.size());
        }
        List<Item> items = new ArrayList<>();
        AgentFailure failure;
        try (ClassicConnection connection = connect()) {
            failure = sendEach(connection, sources, items);
            connection.end();
        } catch (AgentFailure broken) {
            // The answers were not counted, and only the first one is certain without that.
            for (int i = 1; i < items.size(); i++) {
                items.set(i, in(items.get(i), UNCERTAIN));
            }
            failure = broken;
        }
        for (FileSource source : sources.subList(items.size(), sources.size())) {
            items.add(unsent(source));
        }
        return report(items, failure);
    }

    /**
     * Sends one after the other, up to one that cannot be read.
     *
     * @return why it stopped early, if it did
     * @throws AgentFailure if the session broke; the last item is then uncertain
     */
    private @Nullable AgentFailure sendEach(ClassicConnection connection, List<FileSource> sources, List<Item> items)
            throws AgentFailure {
        for (FileSource source : sources) {
            byte[] content;
            try {
                content = read(source.path());
            } catch (AgentFailure tooLarge) {
                return tooLarge;
            } catch (IOException unreadable) {
                return new AgentFailure(
                        "%s cannot be read".formatted(Words.shown(source.path().toString())), null, null, unreadable);
            }
            Item item = item(source.name(), content, UNCERTAIN);
            items.add(item);
            ClassicVerdict verdict = connection.file(source.name(), content);
            items.set(items.size() - 1, in(item, verdict == ClassicVerdict.ACCEPTED ? SENT : REFUSED));
        }
        return null;
    }

    private ClassicConnection connect() throws AgentFailure {
        return ClassicConnection.open(server, kit, patience, invocation.device().random());
    }

    private static Result report(List<Item> items, @Nullable AgentFailure failure) {
        List<String> text = table(items);
        long sent = items.stream().filter(item -> item.state().equals(SENT)).count();
        if (sent == items.size()) {
            return Result.done(text).withItems(items);
        }
        String summary = "the server acknowledged %d of %d".formatted(sent, items.size());
        Result result = failure == null
                ? Result.failed(summary + ", and refused the rest", null, "A classic server never says why.")
                : Result.failed("%s: %s".formatted(summary, failure.description()), null, failure.advice());
        return result.withItems(items).withText(text);
    }

    private static List<String> table(List<Item> items) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("STATE", "SIZE", "NAME"));
        for (Item item : items) {
            Long size = item.size();
            rows.add(List.of(item.state(), size == null ? "-" : Tables.size(size), Words.shown(item.name())));
        }
        return Tables.columns(rows);
    }

    private Item item(String name, byte[] content, String state) {
        return new Item(newId(), name, (long) content.length, sha256(content), state, null);
    }

    private Item unsent(FileSource source) {
        return new Item(newId(), source.name(), source.size(), null, UNSENT, null);
    }

    private static Item in(Item item, String state) {
        return new Item(item.id(), item.name(), item.size(), item.sha256(), state, item.receiptId());
    }

    /** Made up: the classic protocol knows no ids. */
    private String newId() {
        return ItemId.fresh(invocation.device().random()).toString();
    }

    private static byte[] read(Path path) throws IOException, AgentFailure {
        int most = ClassicLimits.DEFAULTS.maxFile();
        try (InputStream in = Files.newInputStream(path)) {
            byte[] content = in.readNBytes(most + 1);
            requireWithinLimit(path, content.length);
            return content;
        }
    }

    private static void requireWithinLimit(Path path, long size) throws AgentFailure {
        int most = ClassicLimits.DEFAULTS.maxFile();
        if (size > most) {
            throw new AgentFailure(
                    "%s has %s bytes, and a classic file at most %,d"
                            .formatted(
                                    Words.shown(path.toString()),
                                    size > most + 1L ? "%,d".formatted(size) : "more",
                                    most),
                    "A device that enrols can send files of any size.");
        }
    }

    private static ServerAddress address(String text) throws UsageException {
        try {
            return ServerAddress.parse(text);
        } catch (IllegalArgumentException wrong) {
            throw new UsageException("--classic '%s': %s".formatted(Words.shown(text), wrong.getMessage()));
        }
    }

    private static Path folder(String text) throws UsageException {
        try {
            return Path.of(text);
        } catch (InvalidPathException invalid) {
            throw new UsageException("'%s' is not a path".formatted(Words.shown(text)));
        }
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
