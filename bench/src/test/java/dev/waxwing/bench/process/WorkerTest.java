package dev.waxwing.bench.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkerTest {

    @TempDir
    private Path work;

    /** A worker that greets, burns processor time, repeats words and fails. */
    static final class Parrot {

        private Parrot() {}

        public static void main(String[] arguments) throws IOException {
            Commands.serve(
                    Map.of("name", arguments[0]),
                    Map.of(
                            "say", words -> Map.of("said", words),
                            "burn", millis -> burn(Long.parseLong(millis)),
                            "fail",
                                    _ -> {
                                        throw new IOException("as asked");
                                    }));
        }

        private static Map<String, ?> burn(long millis) {
            long begin = System.nanoTime();
            while (System.nanoTime() - begin < millis * 1_000_000) {
                Thread.onSpinWait();
            }
            System.out.println("what a library prints");
            return Commands.done(millis, System.nanoTime() - begin);
        }
    }

    @Test
    void answers_commands_one_after_the_other() throws Exception {
        try (Worker worker = start()) {
            assertThat(worker.greeting().get("name").asString()).isEqualTo("Polly");
            CpuTime cpu = new CpuTime(List.of(worker.pid()));
            double before = cpu.read();
            assertThat(worker.ask("burn 200").get("seconds").asDouble()).isGreaterThanOrEqualTo(0.2);
            assertThat(cpu.read()).isGreaterThan(before);
            assertThat(worker.ask("say a word").get("said").asString()).isEqualTo("a word");
            assertThatThrownBy(() -> worker.ask("fail")).hasMessageContaining("as asked");
            assertThatThrownBy(() -> worker.ask("sing")).hasMessageContaining("no command sing");
            assertThat(worker.ask("say more").get("said").asString()).isEqualTo("more");
        }
    }

    @Test
    void is_gone_when_it_is_closed() throws Exception {
        Worker worker = start();
        worker.close();

        assertThat(ProcessHandle.of(worker.pid())).isNotPresent();
    }

    private Worker start() throws IOException, InterruptedException {
        return Worker.start(
                Parrot.class, List.of("-XX:+UseSerialGC", "-Xmx32m"), List.of("Polly"), work.resolve("parrot.log"));
    }
}
