package dev.waxwing.agent.command;

import dev.waxwing.agent.command.ShellCommand.Outcome;
import dev.waxwing.agent.command.ShellCommand.Report;
import dev.waxwing.crypto.Suite;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.shell.core.command.Command;
import org.springframework.shell.core.command.CommandArgument;
import org.springframework.shell.core.command.CommandContext;
import org.springframework.shell.core.command.CommandExecutionException;
import org.springframework.shell.core.command.CommandExecutor;
import org.springframework.shell.core.command.CommandNotFoundException;
import org.springframework.shell.core.command.CommandOption;
import org.springframework.shell.core.command.CommandRegistry;
import org.springframework.shell.core.command.ExitStatus;
import org.springframework.shell.core.command.ParsedInput;

/** Runs one command, or the interactive shell when no command is given. */
public final class AgentShell {

    private final List<AgentCommand> commands;
    private final HelpCommand help;
    private final SecureRandom random;
    private final Clock clock;

    AgentShell(List<AgentCommand> commands, SecureRandom random, Clock clock) {
        this.help = new HelpCommand(commands);
        this.commands = Stream.concat(commands.stream(), Stream.of(help)).toList();
        this.random = random;
        this.clock = clock;
    }

    /**
     * Runs a command line.
     *
     * @param words each word exactly as it was given
     * @param console where to read and write
     * @return the process's exit status: 0 done, 1 failed, 2 usage error
     */
    public int run(List<String> words, Console console) throws IOException {
        Messages messages = console.messages();
        Report report = new Report(console.out(), messages, CommandLine.asksForJson(words));
        CommandLine line;
        Device device;
        try {
            line = CommandLine.parse(words, this::usage);
            device = deviceOf(line);
            if (line.command().isEmpty() && report.json() && !explains(line)) {
                throw new UsageException("--json needs a command");
            }
            if (!explains(line)) {
                ClassicMode.check(line.options(), line.command().orElse(null));
            }
        } catch (UsageException wrong) {
            return report.print(commandIn(words), Outcome.usage(wrong)).code();
        }
        if (explains(line)) {
            return report.print(line.command().orElse(null), explanation(line)).code();
        }
        try (device) {
            if (line.command().isEmpty()) {
                return InteractiveShell.run(this, device, console);
            }
            Surroundings surroundings = new Surroundings(device, messages, console.in(), new AtomicBoolean(), false);
            return execute(line, registry(surroundings), console).code();
        }
    }

    private Device deviceOf(CommandLine line) throws UsageException {
        try {
            Path home = line.has(CommandLine.HOME)
                    ? Path.of(line.options().get(CommandLine.HOME))
                    : Path.of(System.getProperty("user.home"), ".waxwing");
            String passphrase = line.options().get(CommandLine.PASSPHRASE_FILE);
            return new Device(
                    home,
                    passphrase == null ? null : Path.of(passphrase).toAbsolutePath(),
                    suitesOf(line),
                    random,
                    clock);
        } catch (InvalidPathException invalid) {
            throw new UsageException("'%s' is not a path".formatted(Words.shown(invalid.getInput())));
        }
    }

    private static List<Suite> suitesOf(CommandLine line) throws UsageException {
        String named = line.options().get(CommandLine.SUITES);
        if (named == null) {
            return Suite.usual();
        }
        List<Suite> suites = new ArrayList<>();
        for (String name : named.split(",", -1)) {
            Suite suite = Stream.of(Suite.values())
                    .filter(known -> known.name().equalsIgnoreCase(name.strip()))
                    .findFirst()
                    .orElseThrow(() -> new UsageException("'%s' is none of the cipher suites %s"
                            .formatted(Words.shown(name), Arrays.toString(Suite.values()))));
            if (suites.contains(suite)) {
                throw new UsageException("--suites names %s twice".formatted(suite));
            }
            suites.add(suite);
        }
        return suites;
    }

    private static boolean explains(CommandLine line) {
        return line.has(CommandLine.HELP) || line.has(CommandLine.VERSION);
    }

    private Outcome explanation(CommandLine line) {
        if (line.has(CommandLine.VERSION)) {
            String version = AgentVersion.text();
            return Outcome.of(
                    Result.done(List.of("waxwing device agent " + version)).with("version", version));
        }
        try {
            return Outcome.of(
                    line.command().isPresent() ? help.explain(line.command().get()) : help.overview(false));
        } catch (UsageException unknown) {
            return Outcome.usage(unknown);
        }
    }

    private @Nullable String commandIn(List<String> words) {
        return words.stream()
                .filter(word -> usage(word).isPresent())
                .findFirst()
                .orElse(null);
    }

    Optional<Usage> usage(String name) {
        return commands.stream()
                .map(AgentCommand::usage)
                .filter(usage -> usage.name().equals(name))
                .findFirst();
    }

    CommandRegistry registry(Surroundings surroundings) {
        Set<Command> adapted = new LinkedHashSet<>();
        commands.forEach(command -> adapted.add(new ShellCommand(command, surroundings)));
        return new CommandRegistry(adapted);
    }

    private static ExitStatus execute(CommandLine line, CommandRegistry registry, Console console) {
        CommandContext context = new CommandContext(input(line), registry, console.out(), console.prompts());
        try {
            return new CommandExecutor(registry).execute(context);
        } catch (CommandNotFoundException | CommandExecutionException unexpected) {
            throw new IllegalStateException(unexpected);
        }
    }

    /** What the shell runs: the words unchanged. */
    static ParsedInput input(CommandLine line) {
        ParsedInput.Builder input =
                ParsedInput.builder().commandName(line.command().orElse(""));
        for (Map.Entry<String, String> option : line.options().entrySet()) {
            input.addOption(CommandOption.with()
                    .longName(option.getKey())
                    .value(option.getValue())
                    .build());
        }
        int index = 0;
        for (String argument : line.arguments()) {
            input.addArgument(new CommandArgument(index++, argument));
        }
        return input.build();
    }
}
