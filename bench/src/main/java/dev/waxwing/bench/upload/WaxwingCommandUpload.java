package dev.waxwing.bench.upload;

import dev.waxwing.bench.Sample;
import dev.waxwing.bench.Subject;
import dev.waxwing.bench.process.CpuTime;
import dev.waxwing.bench.process.Disk;
import dev.waxwing.bench.waxwing.RealServer;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code bin/agent send FILE} as a person runs it: a new process for each file, timed from its start to its end. */
final class WaxwingCommandUpload implements Subject {

    private final Path repository;
    private final Path file;
    private @Nullable RealServer server;
    private @Nullable Path work;

    WaxwingCommandUpload(Path repository, Path file) {
        this.repository = repository;
        this.file = file;
    }

    @Override
    public String name() {
        return "waxwing-command";
    }

    @Override
    public Optional<String> missing() {
        return Optional.empty();
    }

    @Override
    public void start(Path workDirectory) throws IOException, InterruptedException {
        work = workDirectory;
        RealServer started = RealServer.start(repository, workDirectory, List.of());
        server = started;
        Process enrol = agent(workDirectory, "enroll", "-");
        try (Writer in = enrol.outputWriter()) {
            in.write(started.invite("bench") + "\n");
        }
        await(enrol);
    }

    @Override
    public Sample sample() throws IOException, InterruptedException {
        if (server == null || work == null) {
            throw new IllegalStateException(name() + " was not started");
        }
        CpuTime cpu = new CpuTime(List.of(server.pid()));
        double before = cpu.read();
        long begin = System.nanoTime();
        await(agent(work, "send", file.toString()));
        long end = System.nanoTime();
        double used = cpu.read() - before;
        Disk.removeFilesOf(server.media(), Files.size(file));
        return new Sample(Files.size(file), (end - begin) / 1e9, used);
    }

    private Process agent(Path workDirectory, String... words) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(repository.resolve("bin/agent").toString());
        command.addAll(List.of("--home", workDirectory.resolve("home").toString()));
        command.addAll(List.of(words));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        workDirectory.resolve("agent.log").toFile()))
                .start();
    }

    private void await(Process agent) throws IOException, InterruptedException {
        if (agent.waitFor() != 0) {
            throw new IOException("bin/agent ended with %d; see %s".formatted(agent.exitValue(), work));
        }
    }

    @Override
    public void close() {
        if (server != null) {
            server.close();
            server = null;
        }
    }
}
