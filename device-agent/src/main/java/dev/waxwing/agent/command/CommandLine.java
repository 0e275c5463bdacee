package dev.waxwing.agent.command;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A command line, taken apart word by word exactly as the shell split it.
 *
 * <p>Options may stand before or after the command and between its arguments, as {@code --name VALUE} or
 * {@code --name=VALUE}. After {@code --} every word is an argument. A single dash and an empty word are arguments.
 *
 * @param command the command's name, empty when none was given
 * @param options values by long name; a switch has an empty value
 * @param arguments the command's arguments in order
 */
record CommandLine(Optional<String> command, Map<String, String> options, List<String> arguments) {

    static final String HOME = "home";
    static final String JSON = "json";
    static final String HELP = "help";
    static final String VERSION = "version";
    static final String PASSPHRASE_FILE = "passphrase-file";
    static final String SUITES = "suites";
    static final String CLASSIC = "classic";
    static final String CLASSIC_KIT = "classic-kit";

    /** The options that every command understands. */
    static final List<Option> GLOBAL = List.of(
            new Option(HOME, "DIR", "where identity, queue and receipts are kept (default ~/.waxwing)"),
            new Option(PASSPHRASE_FILE, "FILE", "the passphrase of the device's key, when it is not kept in the home"),
            new Option(
                    SUITES,
                    "NAME,...",
                    "the cipher suites to offer, best first (default: those that every server knows)"),
            new Option(
                    CLASSIC, "HOST:PORT", "'send' and 'text' only: speak the insecure classic protocol to this server"),
            new Option(CLASSIC_KIT, "DIR", "with --classic: the folder with the device's classic keys and certificate"),
            new Option(JSON, null, "print exactly one JSON object on standard output"),
            new Option(HELP, null, "explain the command and exit (-h)"),
            new Option(VERSION, null, "print the version and exit"));

    CommandLine {
        options = Map.copyOf(options);
        arguments = List.copyOf(arguments);
    }

    boolean has(String option) {
        return options.containsKey(option);
    }

    /** Whether the words ask for JSON, even when they make no command. */
    static boolean asksForJson(List<String> words) {
        return words.stream().takeWhile(word -> !word.equals("--")).anyMatch(word -> word.equals("--" + JSON));
    }

    /**
     * Takes a command line apart.
     *
     * @param words the words, each whole
     * @param usages finds a command's usage by its name
     * @throws UsageException with words for a person
     */
    static CommandLine parse(List<String> words, Function<String, Optional<Usage>> usages) throws UsageException {
        return new Parser(words, usages).parse();
    }

    private static final class Parser {

        private final List<String> words;
        private final Function<String, Optional<Usage>> usages;
        private final Map<String, String> options = new LinkedHashMap<>();
        private final List<String> arguments = new ArrayList<>();
        private Optional<Usage> usage = Optional.empty();
        private int next;

        Parser(List<String> words, Function<String, Optional<Usage>> usages) {
            this.words = words;
            this.usages = usages;
        }

        CommandLine parse() throws UsageException {
            boolean onlyArguments = false;
            while (next < words.size()) {
                String word = words.get(next++);
                if (!onlyArguments && word.equals("--")) {
                    onlyArguments = true;
                } else if (!onlyArguments && word.startsWith("-") && word.length() > 1) {
                    option(word);
                } else {
                    positional(word);
                }
            }
            boolean explains = options.containsKey(HELP) || options.containsKey(VERSION);
            if (usage.isPresent() && !explains) {
                usage.get().check(arguments.size());
            }
            return new CommandLine(usage.map(Usage::name), options, arguments);
        }

        private void positional(String word) throws UsageException {
            if (usage.isPresent()) {
                arguments.add(word);
                return;
            }
            usage = usages.apply(word);
            if (usage.isEmpty()) {
                throw new UsageException(
                        "there is no command '%s'; 'help' lists the commands".formatted(Words.shown(word)));
            }
        }

        private void option(String word) throws UsageException {
            if (word.equals("-h")) {
                options.put(HELP, "");
                return;
            }
            if (!word.startsWith("--")) {
                throw unknown(word);
            }
            int equals = word.indexOf('=');
            String name = word.substring(2, equals < 0 ? word.length() : equals);
            Option option = find(name).orElseThrow(() -> unknown(word));
            String value = "";
            if (option.takesValue()) {
                value = equals < 0 ? valueAfter(option) : word.substring(equals + 1);
                if (value.isEmpty()) {
                    throw new UsageException("--%s needs a value: %s".formatted(name, option.synopsis()));
                }
            } else if (equals >= 0) {
                throw new UsageException("--%s takes no value".formatted(name));
            }
            if (options.put(name, value) != null && option.takesValue()) {
                throw new UsageException("--%s is given twice".formatted(name));
            }
        }

        private String valueAfter(Option option) throws UsageException {
            if (next == words.size()) {
                throw new UsageException("--%s needs a value: %s".formatted(option.name(), option.synopsis()));
            }
            return words.get(next++);
        }

        private Optional<Option> find(String name) {
            Stream<Option> own = usage.stream().flatMap(known -> known.options().stream());
            return Stream.concat(own, GLOBAL.stream())
                    .filter(option -> option.name().equals(name))
                    .findFirst();
        }

        private UsageException unknown(String word) {
            String place = usage.map(known -> "'%s' has no option".formatted(known.name()))
                    .orElse("there is no global option");
            return new UsageException("%s '%s'; put -- before a word that begins with a dash and is not an option"
                    .formatted(place, Words.shown(word)));
        }
    }
}
