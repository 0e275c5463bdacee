package dev.waxwing.server.host;

import dev.waxwing.server.host.CommandLine.UsageException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What was typed after a subcommand, taken apart.
 *
 * @param words what is no option, in order
 * @param values options with a value, by name
 * @param flags options without one
 * @param settings {@code --key=value} options for the configuration
 */
record Arguments(List<String> words, Map<String, String> values, Set<String> flags, List<String> settings) {

    /**
     * Takes arguments apart.
     *
     * @param withValue names of options that have a value, {@code --name VALUE} or {@code --name=VALUE}
     * @param without names of those that have none
     */
    static Arguments parse(String[] args, Set<String> withValue, Set<String> without) throws UsageException {
        Arguments found = new Arguments(new ArrayList<>(), new HashMap<>(), new HashSet<>(), new ArrayList<>());
        for (int i = 0; i < args.length; i++) {
            String arg = args[i];
            int equals = arg.indexOf('=');
            String name = equals < 0 ? arg : arg.substring(0, equals);
            if (withValue.contains(name)) {
                if (equals < 0 && i + 1 == args.length) {
                    throw new UsageException(name + " needs a value");
                }
                found.values.put(name, equals < 0 ? args[++i] : arg.substring(equals + 1));
            } else if (without.contains(arg)) {
                found.flags.add(arg);
            } else if (arg.startsWith("--") && name.contains(".") && equals > 0) {
                found.settings.add(arg);
            } else if (arg.startsWith("-")) {
                throw new UsageException("unknown option: " + arg);
            } else {
                found.words.add(arg);
            }
        }
        return found;
    }

    /** The only word after the subcommand. */
    String only(String what) throws UsageException {
        if (words.size() != 2) {
            throw new UsageException(words.getFirst() + " needs " + what + ", and nothing else");
        }
        return words.get(1);
    }

    @Nullable
    Path path(String option) throws UsageException {
        String value = values.get(option);
        return value == null ? null : path(option, value);
    }

    static Path path(String what, String value) throws UsageException {
        try {
            return Path.of(value).toAbsolutePath().normalize();
        } catch (InvalidPathException e) {
            throw new UsageException(what + " is no path: " + value);
        }
    }
}
