package dev.waxwing.bench.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** The worker's side of the conversation with {@link Worker}, on the standard streams. */
public final class Commands {

    private static final JsonMapper JSON = new JsonMapper();

    private Commands() {}

    /** Does what one line asks for. */
    @FunctionalInterface
    public interface Command {

        /**
         * @param argument what follows the command's name, or an empty string
         * @return what to answer
         */
        Map<String, ?> run(String argument) throws Exception;
    }

    /**
     * Says that the process is ready, and obeys until the input ends.
     *
     * @param greeting what the other side must know
     * @param commands by name
     */
    public static void serve(Map<String, ?> greeting, Map<String, Command> commands) throws IOException {
        // Whatever a library prints must not get between the answers.
        PrintStream answers = System.out;
        System.setOut(System.err);
        answers.println(JSON.writeValueAsString(greeting));
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            answers.println(JSON.writeValueAsString(run(line, commands)));
        }
    }

    private static Map<String, ?> run(String line, Map<String, Command> commands) {
        String[] words = line.split(" ", 2);
        try {
            Command command = commands.get(words[0]);
            if (command == null) {
                return Map.of("error", "there is no command " + words[0]);
            }
            return command.run(words.length == 1 ? "" : words[1]);
        } catch (Exception failed) {
            failed.printStackTrace();
            return Map.of("error", failed.toString());
        }
    }

    /** The answer to a command that does the work once. */
    public static Map<String, ?> done(double amount, long nanos) {
        return Map.of("amount", amount, "seconds", nanos / 1e9);
    }
}
