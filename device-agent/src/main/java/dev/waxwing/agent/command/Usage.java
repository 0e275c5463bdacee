package dev.waxwing.agent.command;

import java.util.List;

/**
 * How a command is written.
 *
 * @param name the command's name
 * @param arguments how its arguments stand in the help, such as {@code FILE...}
 * @param summary one line for the list of commands
 * @param details more about it, as lines
 * @param minArguments fewest arguments
 * @param maxArguments most arguments
 * @param options its own options; the global ones are understood everywhere
 */
record Usage(
        String name,
        String arguments,
        String summary,
        List<String> details,
        int minArguments,
        int maxArguments,
        List<Option> options) {

    static final int ANY_NUMBER = Integer.MAX_VALUE;

    Usage {
        details = List.copyOf(details);
        options = List.copyOf(options);
    }

    String synopsis() {
        StringBuilder text = new StringBuilder(name);
        if (!options.isEmpty()) {
            text.append(" [OPTION...]");
        }
        if (!arguments.isEmpty()) {
            text.append(' ').append(arguments);
        }
        return text.toString();
    }

    void check(int count) throws UsageException {
        if (count < minArguments) {
            throw new UsageException("'%s' needs %s; write: %s".formatted(name, arguments, synopsis()));
        }
        if (count > maxArguments) {
            throw new UsageException(
                    maxArguments == 0
                            ? "'%s' takes no arguments".formatted(name)
                            : "'%s' takes at most %d; write: %s".formatted(name, maxArguments, synopsis()));
        }
    }
}
