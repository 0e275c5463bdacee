package dev.waxwing.agent.command;

import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.springframework.shell.core.InputReader;

/**
 * One run of a command.
 *
 * @param options values by long name; a switch has an empty value
 * @param arguments in order, exactly as they were given
 * @param device the device to act as
 * @param messages what a person is told meanwhile
 * @param prompts asks the person
 * @param input standard input, for commands that read it
 * @param cancelled whether the person wants it to stop
 * @param interactive whether it runs inside the shell
 */
record Invocation(
        Map<String, String> options,
        List<String> arguments,
        Device device,
        Messages messages,
        InputReader prompts,
        InputStream input,
        BooleanSupplier cancelled,
        boolean interactive) {

    boolean has(String option) {
        return options.containsKey(option);
    }

    Optional<String> option(String name) {
        return Optional.ofNullable(options.get(name));
    }

    /** A duration option such as {@code 90s}, {@code 5m} or {@code 1h}. */
    Duration duration(String name, Duration otherwise) throws UsageException {
        Optional<String> value = option(name);
        return value.isPresent() ? Durations.parse(name, value.get()) : otherwise;
    }
}
