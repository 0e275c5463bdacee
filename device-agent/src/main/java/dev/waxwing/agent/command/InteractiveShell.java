package dev.waxwing.agent.command;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStyle;
import org.springframework.shell.core.command.CommandParser;
import org.springframework.shell.core.command.CommandRegistry;
import org.springframework.shell.core.command.ParsedInput;
import org.springframework.shell.jline.CommandCompleter;
import org.springframework.shell.jline.JLineInputProvider;
import org.springframework.shell.jline.JLineShellRunner;

/** The interactive shell: a line editor in front of the same commands. */
final class InteractiveShell {

    private InteractiveShell() {}

    /** Runs the shell at the process's terminal. */
    static int run(AgentShell shell, Device device, Console console) throws IOException {
        try (Terminal terminal =
                TerminalBuilder.builder().name("waxwing").dumb(true).build()) {
            return run(shell, device, console, terminal);
        }
    }

    /** Runs the shell at a terminal until 'exit' or the end of input. */
    static int run(AgentShell shell, Device device, Console console, Terminal terminal) throws IOException {
        Messages messages = new Messages(terminal.writer(), isSmart(terminal), Math.max(terminal.getWidth(), 0));
        AtomicBoolean cancellation = new AtomicBoolean();
        // While a command runs, Ctrl-C stops the command; the line editor has its own meaning for it.
        terminal.handle(Terminal.Signal.INT, _ -> cancellation.set(true));
        CommandRegistry registry = shell.registry(new Surroundings(device, messages, console.in(), cancellation, true));
        LineReader reader = LineReaderBuilder.builder()
                .terminal(terminal)
                .completer(new CommandCompleter(registry))
                // An exclamation mark is part of a text, not a reference to an earlier line.
                .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                .build();
        terminal.writer().println("Waxwing device shell. 'help' lists the commands, 'exit' leaves.");
        try {
            new JLineShellRunner(new Prompt(reader, device), new Parser(shell), registry).run(new String[0]);
            return 0;
        } catch (IOException | RuntimeException failed) {
            throw failed;
        } catch (Exception failed) {
            throw new IOException(failed);
        }
    }

    private static boolean isSmart(Terminal terminal) {
        return !terminal.getType().startsWith(Terminal.TYPE_DUMB);
    }

    /** Reads lines; Ctrl-C drops the line instead of the shell. */
    private static final class Prompt extends JLineInputProvider {

        Prompt(LineReader reader, Device device) {
            super(reader);
            setPromptProvider(() -> new AttributedString(
                    device.promptText() + "> ", AttributedStyle.BOLD.foreground(AttributedStyle.GREEN)));
        }

        @Override
        public String readInput() {
            try {
                return super.readInput().strip();
            } catch (UserInterruptException dropped) {
                return "";
            }
        }
    }

    /** Splits a line into words and takes them apart as on the command line. */
    private record Parser(AgentShell shell) implements CommandParser {

        @Override
        public ParsedInput parse(String input) {
            try {
                List<String> words = Words.split(input);
                if (words.isEmpty()) {
                    throw new UsageException("there is no command in that line");
                }
                CommandLine line = CommandLine.parse(words, shell::usage);
                if (line.has(CommandLine.HOME)
                        || line.has(CommandLine.PASSPHRASE_FILE)
                        || line.has(CommandLine.SUITES)) {
                    throw new UsageException(
                            "--home, --passphrase-file and --suites are given when the shell is started, not to a"
                                    + " command in it");
                }
                if (line.has(CommandLine.CLASSIC) || line.has(CommandLine.CLASSIC_KIT)) {
                    throw new UsageException("--classic is for one command at a time, not for the shell");
                }
                return AgentShell.input(line.has(CommandLine.HELP) ? helpFor(line) : line);
            } catch (UsageException wrong) {
                throw new IllegalArgumentException(wrong.getMessage(), wrong);
            }
        }

        private static CommandLine helpFor(CommandLine line) {
            return new CommandLine(
                    Optional.of("help"), Map.of(), line.command().stream().toList());
        }
    }
}
