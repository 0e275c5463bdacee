package dev.waxwing.server.host;

import dev.waxwing.server.backup.BackupException;
import dev.waxwing.server.backup.BackupFile;
import dev.waxwing.server.backup.BackupPassphrase;
import dev.waxwing.server.host.CommandLine.UsageException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code backup FILE}: this process encrypts and writes the file; what is in it comes from the running server over its socket, or
 * from the database itself when none runs. A server never learns the passphrase.
 */
final class BackupCommand {

    private static final String PASSPHRASE = "--passphrase-file";
    private static final String GENERATE = "--generate-passphrase";
    private static final String WITH_MEDIA = "--with-media";

    private final BackupFile target;
    private final @Nullable Path passphraseFile;
    private final @Nullable Path generated;
    private final HostRequest.Backup request;
    private final List<String> settings;

    private BackupCommand(Arguments arguments) throws UsageException {
        this.target = new BackupFile(Arguments.path("FILE", arguments.only("one FILE to write")));
        this.passphraseFile = arguments.path(PASSPHRASE);
        this.generated = arguments.path(GENERATE);
        if ((passphraseFile == null) == (generated == null)) {
            throw new UsageException("backup needs " + PASSPHRASE + " F, or " + GENERATE + " F for a new file F");
        }
        this.request = new HostRequest.Backup(arguments.flags().contains(WITH_MEDIA));
        this.settings = arguments.settings();
    }

    static HostAnswer run(String[] args, PrintStream err) throws UsageException, IOException {
        return new BackupCommand(Arguments.parse(args, Set.of(PASSPHRASE, GENERATE), Set.of(WITH_MEDIA))).run(err);
    }

    private HostAnswer run(PrintStream err) throws IOException {
        Path home = Subcommands.dataDirectory(settings).toAbsolutePath().normalize();
        if (!Files.isDirectory(home.resolve("keys"))) {
            throw new BackupException("There is no server's state in " + home + ": set waxwing.data-dir.");
        }
        Subcommands.requireEmbeddedDatabase(settings);
        target.requireFree();
        SecureRandom random = new SecureRandom();
        Path chosen = passphraseFile;
        BackupPassphrase passphrase =
                chosen == null ? BackupPassphrase.generate(generated(), random) : BackupPassphrase.read(chosen);
        boolean made = false;
        try {
            err.println(target.write(passphrase, random, out -> take(home, out)));
            made = true;
        } finally {
            if (!made && chosen == null) {
                Files.deleteIfExists(generated());
            }
        }
        return HostAnswer.done(target.path().toString());
    }

    private Path generated() {
        if (generated == null) {
            throw new IllegalStateException("one of the two is given");
        }
        return generated;
    }

    private String take(Path home, OutputStream out) throws IOException {
        Optional<SocketChannel> server = AdminSocket.connect(home);
        HostAnswer answer;
        if (server.isPresent()) {
            try (SocketChannel channel = server.get()) {
                AdminMessages.send(channel, AdminMessages.write(request));
                Frames.receive(Channels.newInputStream(channel), out);
                answer = AdminMessages.readAnswer(AdminMessages.receive(channel));
            }
        } else {
            answer = Subcommands.offline(
                    settings, context -> context.getBean(HostDesk.class).answer(request, out));
        }
        if (answer.exit() != 0) {
            throw new BackupException("The backup could not be made: " + answer.text());
        }
        return answer.text();
    }
}
