package dev.waxwing.server.host;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;

/**
 * A subcommand as it was typed.
 *
 * @param request what is wanted
 * @param settings {@code --key=value} options for the configuration
 * @param into where the files of the answer go, null where there are none
 */
record CommandLine(
        HostRequest request,
        List<String> settings,
        @Nullable Path into) {

    static final String USAGE = """
        Usage: bin/server [--key=value ...]             run the server
               bin/server invite --name NAME[,NAME]     print an invite for a new device, or a line for each of several
                                 [--profile PROFILE]    ... whose certificate is of this profile, not camera
                                 [--expires-in TIME]    ... that works for this long, not a day: 90m, 12h, 7d
                                 [--replace]            ... that may take the place of one of that name
               bin/server classic-kit --name NAME DIR   list a classic device and write its kit into DIR
                                      [--replace]       ... the former kit of that name is void then
               bin/server rotate-issuing                have a new issuing authority take over
               bin/server revoke-issuing ID             revoke a former one's own certificate, and all that it has issued
                                 --reason REASON        ... cACompromise, superseded, cessationOfOperation, ...
               bin/server root export FILE              write the root's private key to FILE, encrypted
               bin/server root remove FILE              take it off this server, if FILE holds it
               bin/server root import FILE              bring it back for a ceremony
                               [--passphrase-file FILE] ... that locks FILE, instead of a prompt
               bin/server setup-link                    print a link that makes a console administrator
               bin/server backup FILE                   write all that a server needs to go on, encrypted
                      --passphrase-file F               ... with the passphrase in F
                      --generate-passphrase F           ... or with a new one, which is written to F
                      [--with-media]                    ... and the content of transfers
               bin/server restore FILE                  put a stopped server back to a backup
                      --passphrase-file F [--replace]   ... and move aside what is there
               bin/server audit verify                  check the audit trail and print its head
                      [--id N --head HASH]              ... and compare with a head that was noted
               bin/server help, bin/server version      print this, or the version

        Keys are those of application.yml, for example --waxwing.data-dir=/srv/waxwing.
        """;

    private static final String CLASSIC_KIT = "classic-kit";
    private static final String NAME = "--name";
    private static final String ID = "--id";
    private static final String HEAD = "--head";
    private static final String REPLACE = "--replace";
    private static final String PROFILE = "--profile";
    private static final String EXPIRES_IN = "--expires-in";
    private static final String REASON = "--reason";
    private static final String REVOKE_ISSUING = "revoke-issuing";

    /** Options whose value may look like a subcommand. */
    private static final Set<String> WITH_WORDS =
            Set.of(NAME, PROFILE, EXPIRES_IN, REASON, RootCommand.PASSPHRASE_FILE);

    /** The subcommand among the arguments, if there is one. */
    static Optional<String> subcommand(String... args) {
        Optional<String> command = Optional.empty();
        for (int i = 0; i < args.length; i++) {
            if (WITH_WORDS.contains(args[i])) {
                i++; // Its value is no subcommand.
            } else if (args[i].equals("--help") || args[i].equals("-h")) {
                return Optional.of("help");
            } else if (args[i].equals("--version")) {
                return Optional.of("version");
            } else if (!args[i].startsWith("-") && command.isEmpty()) {
                command = Optional.of(args[i]);
            }
        }
        return command;
    }

    /** @throws UsageException when the arguments are not those of a subcommand */
    static CommandLine parse(String... args) throws UsageException {
        String command = subcommand(args).orElseThrow(() -> new UsageException("no subcommand"));
        if (command.equals("audit")) {
            return audit(Arguments.parse(args, Set.of(ID, HEAD), Set.of()));
        }
        if (command.equals("invite")) {
            return invite(Arguments.parse(args, Set.of(NAME, PROFILE, EXPIRES_IN), Set.of(REPLACE)));
        }
        if (command.equals(REVOKE_ISSUING)) {
            return revokeIssuing(Arguments.parse(args, Set.of(REASON), Set.of()));
        }
        List<String> settings = new ArrayList<>();
        @Nullable String name = null;
        boolean replace = false;
        @Nullable Path into = null;
        boolean commandSeen = false;
        for (int i = 0; i < args.length; i++) {
            String arg = args[i];
            if (arg.equals(NAME) || arg.startsWith(NAME + "=")) {
                name = arg.equals(NAME) ? value(args, ++i) : arg.substring(NAME.length() + 1);
            } else if (arg.equals(REPLACE)) {
                replace = true;
            } else if (arg.startsWith("--") && arg.contains(".") && arg.contains("=")) {
                settings.add(arg);
            } else if (arg.equals(command) && !commandSeen) {
                commandSeen = true;
            } else if (command.equals(CLASSIC_KIT) && commandSeen && into == null && !arg.startsWith("-")) {
                into = path(arg);
            } else {
                throw new UsageException("unknown option or argument: " + arg);
            }
        }
        if (command.equals(CLASSIC_KIT) && into == null) {
            throw new UsageException("classic-kit needs a directory to write the kit into");
        }
        return new CommandLine(request(command, name, replace), List.copyOf(settings), into);
    }

    private static CommandLine invite(Arguments arguments) throws UsageException {
        List<String> names = Arrays.stream(
                        arguments.values().getOrDefault(NAME, "").split(",", -1))
                .map(String::strip)
                .toList();
        if (names.stream().anyMatch(String::isBlank)) {
            throw new UsageException("invite needs --name NAME, or --name NAME,NAME for several devices");
        }
        if (arguments.words().size() > 1) {
            throw new UsageException("unknown argument: " + arguments.words().get(1));
        }
        String profile = arguments.values().getOrDefault(PROFILE, "");
        String expiresIn = expiresIn(arguments.values().getOrDefault(EXPIRES_IN, ""));
        boolean replace = arguments.flags().contains(REPLACE);
        return new CommandLine(
                new HostRequest.InviteDevices(names, profile, expiresIn, replace), arguments.settings(), null);
    }

    /** As the server takes it, from what is typed: the spelling of application.yml, or that of the REST interface. */
    private static String expiresIn(String typed) throws UsageException {
        try {
            return typed.isEmpty() ? "" : DurationStyle.detectAndParse(typed).toString();
        } catch (IllegalArgumentException | ArithmeticException _) {
            throw new UsageException(EXPIRES_IN + " takes a time such as 90m, 12h, 7d");
        }
    }

    private static CommandLine revokeIssuing(Arguments arguments) throws UsageException {
        String id = arguments.only("the ID of an issuing authority, the last word of its name");
        String reason = arguments.values().get(REASON);
        if (reason == null || reason.isBlank()) {
            throw new UsageException(REVOKE_ISSUING + " needs " + REASON
                    + " with an RFC 5280 reason, for example cACompromise if the key is in wrong hands");
        }
        return new CommandLine(new HostRequest.RevokeIssuing(id, reason), arguments.settings(), null);
    }

    private static CommandLine audit(Arguments arguments) throws UsageException {
        String id = arguments.values().get(ID);
        String hash = arguments.values().get(HEAD);
        if (!arguments.words().equals(List.of("audit", "verify"))) {
            throw new UsageException("audit is followed by verify, and nothing else");
        }
        if ((id == null) != (hash == null)) {
            throw new UsageException(ID + " N and " + HEAD + " HASH go together");
        }
        if (id == null || hash == null) {
            return new CommandLine(new HostRequest.VerifyAudit(0, ""), arguments.settings(), null);
        }
        if (!id.matches("[1-9][0-9]{0,17}") || !hash.matches("[0-9a-fA-F]{64}")) {
            throw new UsageException(ID + " is a number, and " + HEAD + " has 64 hex digits");
        }
        HostRequest request = new HostRequest.VerifyAudit(Long.parseLong(id), hash.toLowerCase(Locale.ROOT));
        return new CommandLine(request, arguments.settings(), null);
    }

    private static Path path(String arg) throws UsageException {
        try {
            return Path.of(arg);
        } catch (InvalidPathException e) {
            throw new UsageException("not a path: " + arg);
        }
    }

    private static String value(String[] args, int index) throws UsageException {
        if (index >= args.length) {
            throw new UsageException(NAME + " needs a value");
        }
        return args[index];
    }

    private static HostRequest request(String command, @Nullable String name, boolean replace) throws UsageException {
        return switch (command) {
            case CLASSIC_KIT -> {
                if (name == null || name.isBlank()) {
                    throw new UsageException("classic-kit needs --name NAME");
                }
                yield new HostRequest.MakeClassicKit(name, replace);
            }
            case "rotate-issuing" -> {
                requireNoOptions(command, name, replace);
                yield new HostRequest.RotateIssuing();
            }
            case "setup-link" -> {
                requireNoOptions(command, name, replace);
                yield new HostRequest.SetupLink();
            }
            default -> throw new UsageException("unknown subcommand: " + command);
        };
    }

    private static void requireNoOptions(String command, @Nullable String name, boolean replace) throws UsageException {
        if (name != null || replace) {
            throw new UsageException(command + " takes no options of its own");
        }
    }

    /** The arguments mean nothing; the message says which. */
    static final class UsageException extends Exception {
        UsageException(String message) {
            super(message);
        }
    }
}
