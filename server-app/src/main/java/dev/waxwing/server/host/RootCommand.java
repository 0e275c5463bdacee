package dev.waxwing.server.host;

import dev.waxwing.wire.Bytes;
import java.io.Console;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * {@code bin/server root ACTION FILE}: the root's private key leaves the server in a file, and comes back from it. The file and its
 * passphrase are read and written here, by whoever asks.
 *
 * @param action what is wanted
 * @param file the file of the key
 * @param passphraseFile what locks it, or null to be asked for
 * @param settings {@code --key=value} options for the configuration
 */
record RootCommand(Action action, Path file, @Nullable Path passphraseFile, List<String> settings) {

    static final String PASSPHRASE_FILE = "--passphrase-file";

    private static final long MAX_FILE = 8_192;

    private enum Action {
        EXPORT,
        REMOVE,
        IMPORT
    }

    /** Runs it. What to do next goes to {@code err}; the result is the answer. */
    static HostAnswer run(String[] args, PrintStream err) throws CommandLine.UsageException, IOException {
        RootCommand command = parse(args);
        try {
            return switch (command.action()) {
                case EXPORT -> command.export(err);
                case REMOVE -> command.remove(err);
                case IMPORT -> command.bringBack(err);
            };
        } catch (NoSuchFileException e) {
            return HostAnswer.failed("There is no file " + e.getFile() + ".");
        }
    }

    static RootCommand parse(String... args) throws CommandLine.UsageException {
        List<String> words = new ArrayList<>();
        List<String> settings = new ArrayList<>();
        @Nullable Path passphraseFile = null;
        for (int i = 0; i < args.length; i++) {
            if (args[i].equals(PASSPHRASE_FILE) && i + 1 < args.length) {
                passphraseFile = path(args[++i]);
            } else if (args[i].startsWith(PASSPHRASE_FILE + "=")) {
                passphraseFile = path(args[i].substring(PASSPHRASE_FILE.length() + 1));
            } else if (args[i].startsWith("--") && args[i].contains(".") && args[i].contains("=")) {
                settings.add(args[i]);
            } else if (args[i].startsWith("-")) {
                throw new CommandLine.UsageException("unknown option: " + args[i]);
            } else {
                words.add(args[i]);
            }
        }
        if (words.size() != 3) {
            throw new CommandLine.UsageException("root needs what to do and a file: root export|remove|import FILE");
        }
        return new RootCommand(action(words.get(1)), path(words.get(2)), passphraseFile, List.copyOf(settings));
    }

    private static Action action(String word) throws CommandLine.UsageException {
        return Arrays.stream(Action.values())
                .filter(action -> action.name().toLowerCase(Locale.ROOT).equals(word))
                .findFirst()
                .orElseThrow(() -> new CommandLine.UsageException("root has no action " + word));
    }

    private static Path path(String text) throws CommandLine.UsageException {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new CommandLine.UsageException("not a path: " + text);
        }
    }

    private HostAnswer export(PrintStream err) throws IOException {
        requireOutside();
        if (Files.exists(file)) {
            throw new FileAlreadyExistsException(file + " exists already. Name another file.");
        }
        HostAnswer answer = Subcommands.answer(new HostRequest.ExportRoot(newPassphrase()), settings);
        byte[] export = answer.files().get(HostDesk.ROOT_EXPORT);
        if (answer.exit() != 0 || export == null) {
            return answer;
        }
        write(export);
        if (!Arrays.equals(Files.readAllBytes(file), export)) {
            return HostAnswer.failed(file + " does not hold what was written to it. Use another disk.");
        }
        err.println("The root's private key is in this file and still on this server. Copy the file to where it is to"
                + " stay, keep its passphrase elsewhere, and then take the key away here:");
        err.println("  bin/server root remove " + file);
        return HostAnswer.done(file.toString());
    }

    private HostAnswer remove(PrintStream err) throws IOException {
        requireOutside();
        Bytes export = read();
        HostAnswer answer = Subcommands.answer(new HostRequest.RemoveRoot(export, passphrase()), settings);
        if (answer.exit() == 0) {
            err.println("The file was read back and holds the root's private key; it is not on this server any more."
                    + " Backups of the data directory from before still hold it.");
        }
        return answer;
    }

    private HostAnswer bringBack(PrintStream err) throws IOException {
        Bytes export = read();
        HostAnswer answer = Subcommands.answer(new HostRequest.ImportRoot(export, passphrase()), settings);
        if (answer.exit() == 0) {
            err.println("The root's private key is back, and a new revocation list of the root is signed. When you are"
                    + " done:");
            err.println("  bin/server root remove " + file);
        }
        return answer;
    }

    /** An export that lies in the data directory goes wherever a copy of that goes. */
    private void requireOutside() throws IOException {
        Path data = real(Subcommands.dataDirectory(settings).toAbsolutePath().normalize());
        Path absolute = file.toAbsolutePath().normalize();
        Path parent = absolute.getParent();
        Path place = parent == null ? absolute : real(parent).resolve(absolute.getFileName());
        if (place.startsWith(data) || real(absolute).startsWith(data)) {
            throw new IOException(
                    file + " lies in the data directory. The root's private key is to leave it: name a file"
                            + " elsewhere, best on another medium.");
        }
    }

    /** Without links, where there is something already. */
    private static Path real(Path path) throws IOException {
        return Files.exists(path) ? path.toRealPath() : path;
    }

    private Bytes read() throws IOException {
        if (Files.size(file) > MAX_FILE) {
            throw new IOException(file + " is larger than any export of the root's private key.");
        }
        return Bytes.of(Files.readAllBytes(file));
    }

    private void write(byte[] export) throws IOException {
        var ownerOnly = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        try (FileChannel channel = FileChannel.open(
                file, EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), ownerOnly)) {
            ByteBuffer buffer = ByteBuffer.wrap(export);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            channel.force(true);
        }
    }

    private String newPassphrase() throws IOException {
        String passphrase = passphrase();
        if (passphraseFile == null && !passphrase.equals(ask("The same passphrase again: "))) {
            throw new IOException("The two passphrases are not the same.");
        }
        return passphrase;
    }

    private String passphrase() throws IOException {
        return passphraseFile == null
                ? ask("Passphrase of the root's export: ")
                : Files.readString(passphraseFile, StandardCharsets.UTF_8).strip();
    }

    private static String ask(String prompt) throws IOException {
        Console console = System.console();
        if (console == null || !console.isTerminal()) {
            throw new IOException(
                    "There is no terminal to ask for the passphrase on. Give " + PASSPHRASE_FILE + " FILE.");
        }
        char[] typed = console.readPassword("%s", prompt);
        if (typed == null) {
            throw new IOException("No passphrase was typed.");
        }
        return new String(typed).strip();
    }
}
