package dev.waxwing.bench.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A JVM with a class of this module, which takes commands one after the other and answers each with one line of JSON; the
 * other side is {@link Commands}. It says once that it is ready, and ends when its input does.
 */
public final class Worker implements AutoCloseable {

    private static final JsonMapper JSON = new JsonMapper();

    private final String name;
    private final Path log;
    private final Process process;
    private final Writer commands;
    private final BufferedReader answers;
    private final JsonNode greeting;

    private Worker(String name, Path log, Process process) throws IOException {
        this.name = name;
        this.log = log;
        this.process = process;
        this.commands = process.outputWriter(StandardCharsets.UTF_8);
        this.answers = process.inputReader(StandardCharsets.UTF_8);
        this.greeting = answer();
    }

    /**
     * Starts one and waits until it is ready.
     *
     * @param main calls {@link Commands#serve}
     * @param jvmOptions beside the class path
     * @param log gets standard error
     */
    public static Worker start(Class<?> main, List<String> jvmOptions, List<String> arguments, Path log)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("--enable-native-access=ALL-UNNAMED");
        command.addAll(jvmOptions);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(arguments);
        Process process =
                new ProcessBuilder(command).redirectError(log.toFile()).start();
        boolean ready = false;
        try {
            Worker worker = new Worker(main.getSimpleName(), log, process);
            ready = true;
            return worker;
        } finally {
            if (!ready) {
                process.destroyForcibly().waitFor();
            }
        }
    }

    public long pid() {
        return process.pid();
    }

    /** What it said when it was ready, such as the port it listens at. */
    public JsonNode greeting() {
        return greeting;
    }

    /**
     * @throws IOException if the command fails there, or the process is gone
     */
    public JsonNode ask(String command) throws IOException {
        commands.write(command + "\n");
        commands.flush();
        return answer();
    }

    private JsonNode answer() throws IOException {
        String line = answers.readLine();
        if (line == null) {
            throw new IOException("%s ended; see %s".formatted(name, log));
        }
        JsonNode answer = JSON.readTree(line);
        if (answer.has("error")) {
            throw new IOException(
                    "%s: %s; see %s".formatted(name, answer.get("error").asString(), log));
        }
        return answer;
    }

    @Override
    public void close() throws IOException {
        try (answers) {
            commands.close();
        } finally {
            Ending.await(process);
        }
    }
}
