package dev.waxwing.bench;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The command line.
 *
 * @param groups what to measure, in order
 * @param quick small sizes and few rounds
 * @param pairs rounds
 * @param out directory of the results
 * @param only names of the subjects to measure; all if empty
 * @param warmUp handshakes of each subject before its first sample; 0 for the group's own choice
 */
record Options(List<String> groups, boolean quick, int pairs, Path out, Set<String> only, int warmUp) {

    private static final int PAIRS = 10;
    private static final int QUICK_PAIRS = 3;

    /** Says what is wrong with the command line. */
    static final class UsageException extends Exception {

        private static final long serialVersionUID = 1;

        UsageException(String message) {
            super(message);
        }
    }

    /**
     * @param known the groups that there are, in order
     * @param defaultOut where results go if nothing else is said
     */
    static Options parse(List<String> arguments, List<String> known, Path defaultOut) throws UsageException {
        Set<String> groups = new LinkedHashSet<>();
        boolean quick = false;
        int pairs = 0;
        Path out = defaultOut;
        Set<String> only = Set.of();
        int warmUp = 0;
        Iterator<String> rest = arguments.iterator();
        while (rest.hasNext()) {
            String argument = rest.next();
            switch (argument) {
                case "--quick" -> quick = true;
                case "--pairs" -> pairs = count(argument, value(argument, rest));
                case "--warm-up" -> warmUp = count(argument, value(argument, rest));
                case "--out" -> out = Path.of(value(argument, rest));
                case "--only" -> only = names(value(argument, rest));
                case "all" -> groups.addAll(known);
                default -> groups.add(group(argument, known));
            }
        }
        return new Options(
                groups.isEmpty() ? known : List.copyOf(groups),
                quick,
                pairs != 0 ? pairs : quick ? QUICK_PAIRS : PAIRS,
                out.toAbsolutePath().normalize(),
                only,
                warmUp);
    }

    /** Whether a subject takes part: it is named, or it is the group's first, without which there is no comparison. */
    boolean includes(Group group, Subject subject) {
        return only.isEmpty()
                || only.contains(subject.name())
                || subject == group.subjects().getFirst();
    }

    private static String value(String option, Iterator<String> rest) throws UsageException {
        if (!rest.hasNext()) {
            throw new UsageException(option + " needs a value");
        }
        return rest.next();
    }

    private static int count(String option, String text) throws UsageException {
        try {
            int count = Integer.parseInt(text);
            if (count > 0) {
                return count;
            }
        } catch (NumberFormatException notANumber) {
            // Said below.
        }
        throw new UsageException(option + " takes a number from 1, not " + text);
    }

    private static Set<String> names(String list) throws UsageException {
        Set<String> names = new LinkedHashSet<>(Arrays.asList(list.split(",")));
        names.remove("");
        if (names.isEmpty()) {
            throw new UsageException("--only takes names of subjects, separated by commas");
        }
        return names;
    }

    private static String group(String argument, List<String> known) throws UsageException {
        if (!known.contains(argument)) {
            throw new UsageException(
                    "%s is neither an option nor one of %s, all".formatted(argument, String.join(", ", known)));
        }
        return argument;
    }
}
