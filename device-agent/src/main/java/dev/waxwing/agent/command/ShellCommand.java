package dev.waxwing.agent.command;

import dev.waxwing.agent.home.AgentFailure;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.springframework.shell.core.command.Command;
import org.springframework.shell.core.command.CommandArgument;
import org.springframework.shell.core.command.CommandContext;
import org.springframework.shell.core.command.CommandOption;
import org.springframework.shell.core.command.ExitStatus;

/** Lets the shell run one of our commands, and reports what came of it. No exception leaves it. */
final class ShellCommand implements Command {

    private static final Logger LOG = Logger.getLogger(ShellCommand.class.getName());

    /** Exit status 1. */
    static final ExitStatus FAILED = new ExitStatus(1, "failed");

    /** Exit status 2. */
    static final ExitStatus USAGE_ERROR = new ExitStatus(2, "usage error");

    private final AgentCommand command;
    private final Surroundings surroundings;

    ShellCommand(AgentCommand command, Surroundings surroundings) {
        this.command = command;
        this.surroundings = surroundings;
    }

    @Override
    public String getName() {
        return command.usage().name();
    }

    @Override
    public String getDescription() {
        return command.usage().summary();
    }

    @Override
    public String getGroup() {
        return "Device";
    }

    @Override
    public List<CommandOption> getOptions() {
        return command.usage().options().stream()
                .map(option -> CommandOption.with()
                        .longName(option.name())
                        .description(option.description())
                        .type(option.takesValue() ? String.class : boolean.class)
                        .build())
                .toList();
    }

    @Override
    public ExitStatus execute(CommandContext context) {
        surroundings.cancellation().set(false);
        Map<String, String> options = new HashMap<>();
        for (CommandOption option : context.parsedInput().options()) {
            options.put(option.longName(), option.value());
        }
        List<String> arguments = context.parsedInput().arguments().stream()
                .map(CommandArgument::value)
                .toList();
        Report report =
                new Report(context.outputWriter(), surroundings.messages(), options.containsKey(CommandLine.JSON));
        Invocation invocation = new Invocation(
                options,
                arguments,
                surroundings.device(),
                surroundings.messages(),
                context.inputReader(),
                surroundings.input(),
                surroundings.cancellation()::get,
                surroundings.isInteractive());
        ExitStatus status = report.print(getName(), run(invocation));
        // The shell would announce once more what has been reported already.
        return surroundings.isInteractive() ? ExitStatus.OK : status;
    }

    private Outcome run(Invocation invocation) {
        try {
            return Outcome.of(command.run(invocation));
        } catch (UsageException wrong) {
            return Outcome.usage(wrong);
        } catch (AgentFailure failure) {
            LOG.log(Level.FINE, "command failed", failure);
            return Outcome.of(Result.failed(failure.description(), failure.reference(), failure.advice()));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return Outcome.of(Result.failed("interrupted", null, "What was queued stays queued."));
        } catch (IOException failed) {
            LOG.log(Level.FINE, "command failed", failed);
            return Outcome.of(Result.failed(describe(failed), null, null));
        } catch (RuntimeException bug) {
            LOG.log(Level.FINE, "command failed", bug);
            return Outcome.of(Result.failed(
                    "the agent failed unexpectedly (%s)".formatted(bug),
                    null,
                    "This is a fault in the agent; please report it. Nothing that was queued is lost."));
        }
    }

    private static String describe(IOException failed) {
        return switch (failed) {
            case NoSuchFileException missing -> "there is no file %s".formatted(missing.getFile());
            case AccessDeniedException denied -> "no permission for %s".formatted(denied.getFile());
            case FileSystemException file
            when file.getReason() != null -> "%s: %s".formatted(file.getFile(), file.getReason());
            default -> failed.getMessage() == null ? failed.toString() : failed.getMessage();
        };
    }

    /** A result, or words that make no command. */
    record Outcome(Result result, boolean isUsageError) {

        static Outcome of(Result result) {
            return new Outcome(result, false);
        }

        static Outcome usage(UsageException wrong) {
            return new Outcome(Result.failed(String.valueOf(wrong.getMessage()), null, null), true);
        }
    }

    /** Prints an outcome: JSON or text on standard output, everything else as a message. */
    record Report(PrintWriter out, Messages messages, boolean json) {

        ExitStatus print(@Nullable String name, Outcome outcome) {
            Result result = outcome.result();
            if (json) {
                out.println(JsonReport.of(name, result));
            } else {
                result.text().forEach(line -> out.println(Words.harmless(line)));
            }
            out.flush();
            if (!result.isDone()) {
                explain(result);
            }
            if (outcome.isUsageError()) {
                return USAGE_ERROR;
            }
            return result.isDone() ? ExitStatus.OK : FAILED;
        }

        private void explain(Result result) {
            messages.say("error: " + result.error());
            if (result.reference() != null) {
                messages.say("reference for the administrator: " + result.reference());
            }
            if (result.advice() != null) {
                messages.say(result.advice());
            }
        }
    }
}
