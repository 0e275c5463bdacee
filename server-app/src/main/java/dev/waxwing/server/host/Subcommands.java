package dev.waxwing.server.host;

import dev.waxwing.server.backup.BackupException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.config.ConfigDataEnvironmentPostProcessor;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.SimpleCommandLinePropertySource;
import org.springframework.core.env.StandardEnvironment;

/**
 * The host's subcommands. A running server is asked over its socket, without starting anything here; when none runs, the database
 * is opened for the moment.
 */
public final class Subcommands {

    private static final List<String> DATABASE_ELSEWHERE = List.of(
            "spring.datasource.url",
            "spring.datasource.jndi-name",
            "spring.datasource.hikari.jdbc-url",
            "spring.datasource.hikari.data-source-class-name",
            "spring.datasource.hikari.data-source-jndi",
            "spring.flyway.url");

    private Subcommands() {}

    /** Whether these arguments name a subcommand, even an unknown one. */
    public static boolean isOne(String... args) {
        return CommandLine.subcommand(args).isPresent();
    }

    /**
     * Runs one. The result alone goes to {@code out}.
     *
     * @return 0 done, 1 failed, 2 asked wrongly
     */
    public static int run(String[] args, PrintStream out, PrintStream err) {
        if (CommandLine.subcommand(args).equals(Optional.of("help"))) {
            out.print(CommandLine.USAGE);
            return 0;
        }
        if (CommandLine.subcommand(args).equals(Optional.of("version"))) {
            out.println("waxwing server " + version());
            return 0;
        }
        HostAnswer answer = answer(args, err);
        if (answer.exit() == 0) {
            out.println(answer.text());
        } else if (!answer.text().isEmpty()) {
            err.println("waxwing: " + answer.text());
        }
        return answer.exit();
    }

    private static String version() {
        return Objects.requireNonNullElse(Subcommands.class.getPackage().getImplementationVersion(), "(not packaged)");
    }

    private static HostAnswer answer(String[] args, PrintStream err) {
        try {
            return switch (CommandLine.subcommand(args).orElse("")) {
                case "backup" -> BackupCommand.run(args, err);
                case "restore" -> RestoreCommand.run(args, err);
                case "root" -> RootCommand.run(args, err);
                default -> answer(CommandLine.parse(args));
            };
        } catch (IOException e) {
            return HostAnswer.failed(String.valueOf(e.getMessage()));
        } catch (CommandLine.UsageException e) {
            return HostAnswer.usage(e.getMessage() + System.lineSeparator() + CommandLine.USAGE);
        } catch (RuntimeException e) {
            // What can be explained has been, where it happened.
            return HostAnswer.failed(StartupFailures.explain(e).isPresent() ? "" : String.valueOf(e));
        }
    }

    private static HostAnswer answer(CommandLine line) throws IOException {
        KitFolder folder = line.into() == null ? null : new KitFolder(line.into());
        if (folder != null) {
            folder.requireUsable();
        }
        HostAnswer answer = answer(line.request(), line.settings());
        return folder == null || answer.exit() != 0 ? answer : written(folder, answer);
    }

    /** Has a request answered by the server that runs on the data directory of these settings, or else here. */
    static HostAnswer answer(HostRequest request, List<String> settings) {
        return AdminSocket.connect(dataDirectory(settings))
                .map(server -> ask(server, request))
                .orElseGet(() -> alone(request, settings));
    }

    private static HostAnswer written(KitFolder folder, HostAnswer answer) {
        try {
            folder.write(answer.files());
            return HostAnswer.done(folder.path().toAbsolutePath().normalize().toString());
        } catch (IOException e) {
            return HostAnswer.failed("The device " + answer.text() + " is listed, but its kit could not be written: "
                    + e.getMessage() + ". Make another one with --replace.");
        }
    }

    /** What the server itself would take for its data directory, started here with these settings. */
    static Path dataDirectory(List<String> settings) {
        return StartupChecks.dataDirectory(environment(settings));
    }

    /** A database elsewhere is neither in a backup nor to be touched by a restore. */
    static void requireEmbeddedDatabase(List<String> settings) throws BackupException {
        Binder configured = Binder.get(environment(settings));
        for (String elsewhere : DATABASE_ELSEWHERE) {
            if (configured.bind(elsewhere, String.class).isBound()) {
                throw new BackupException(elsewhere + " is set. Backup and restore are for the embedded database in the"
                        + " data directory: back up your own by its own means, together with keys/.");
            }
        }
    }

    private static StandardEnvironment environment(List<String> settings) {
        StandardEnvironment environment = new StandardEnvironment();
        environment.getPropertySources().addFirst(new SimpleCommandLinePropertySource(settings.toArray(String[]::new)));
        ConfigDataEnvironmentPostProcessor.applyTo(environment);
        return environment;
    }

    /** What a server was asked and did not answer may have been done, so it is not done here once more. */
    private static HostAnswer ask(SocketChannel server, HostRequest request) {
        try (server) {
            AdminMessages.send(server, AdminMessages.write(request));
            return AdminMessages.readAnswer(AdminMessages.receive(server));
        } catch (IOException e) {
            return HostAnswer.failed(
                    "The server ended before it answered, so this may have been done or not. The audit log says"
                            + " which; if it was not, ask again.");
        }
    }

    private static HostAnswer alone(HostRequest request, List<String> settings) {
        return offline(
                settings, context -> context.getBean(HostDesk.class).answer(request, OutputStream.nullOutputStream()));
    }

    /** Opens the database and all that a request needs, for the moment. */
    static <T> T offline(List<String> settings, Function<ApplicationContext, T> work) {
        PrintStream out = System.out;
        System.setOut(System.err); // Whatever logs, the result alone is standard output.
        try (ConfigurableApplicationContext context = new SpringApplicationBuilder(OfflineHost.class)
                .web(WebApplicationType.NONE)
                .initializers(new StartupChecks())
                .properties("logging.level.root=warn")
                .run(withSettings(settings))) {
            return work.apply(context);
        } finally {
            System.setOut(out);
        }
    }

    private static String[] withSettings(List<String> settings) {
        List<String> all = new ArrayList<>(settings);
        all.add("--spring.main.lazy-initialization=true");
        return all.toArray(String[]::new);
    }
}
