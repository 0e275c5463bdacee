package dev.waxwing.agent.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Lists the commands, or explains one. */
final class HelpCommand implements AgentCommand {

    private static final Usage USAGE = new Usage(
            "help",
            "[COMMAND]",
            "list the commands, or explain one",
            List.of("Lists the commands that exist, or explains one of them."),
            0,
            1,
            List.of());

    private final List<Usage> usages;

    HelpCommand(List<AgentCommand> others) {
        this.usages = Stream.concat(others.stream().map(AgentCommand::usage), Stream.of(USAGE))
                .toList();
    }

    @Override
    public Usage usage() {
        return USAGE;
    }

    @Override
    public Result run(Invocation invocation) throws UsageException {
        return invocation.arguments().isEmpty()
                ? overview(invocation.interactive())
                : explain(invocation.arguments().getFirst());
    }

    Result overview(boolean interactive) {
        List<String> text = new ArrayList<>();
        if (!interactive) {
            text.add("usage: agent [OPTION...]                  an interactive shell");
            text.add("       agent [OPTION...] COMMAND [...]    one command, then exit: 0 done, 1 failed, 2 usage"
                    + " error");
            text.add("");
        }
        List<List<String>> rows = new ArrayList<>();
        usages.forEach(usage -> rows.add(List.of("  " + usage.name(), usage.summary())));
        if (interactive) {
            rows.add(List.of("  exit", "leave the shell"));
        }
        text.add("Commands:");
        text.addAll(Tables.columns(rows));
        text.add("");
        text.add("Options, before or after the command:");
        text.addAll(Tables.columns(describe(CommandLine.GLOBAL)));
        text.add("");
        text.add("'help COMMAND' explains a command. After -- every word is an argument.");
        List<Map<String, String>> commands = usages.stream()
                .map(usage -> Map.of("name", usage.name(), "summary", usage.summary()))
                .toList();
        return Result.done(text).with("commands", commands);
    }

    Result explain(String name) throws UsageException {
        Usage usage = usages.stream()
                .filter(known -> known.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new UsageException("there is no command '%s'".formatted(Words.shown(name))));
        List<String> text = new ArrayList<>();
        text.add("usage: " + usage.synopsis());
        text.add("");
        text.addAll(usage.details());
        if (!usage.options().isEmpty()) {
            text.add("");
            text.add("Options:");
            text.addAll(Tables.columns(describe(usage.options())));
        }
        return Result.done(text).with("usage", usage.synopsis());
    }

    private static List<List<String>> describe(List<Option> options) {
        return options.stream()
                .map(option -> List.of("  " + option.synopsis(), option.description()))
                .toList();
    }
}
