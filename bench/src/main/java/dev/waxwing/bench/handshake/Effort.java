package dev.waxwing.bench.handshake;

import dev.waxwing.bench.Sample;
import dev.waxwing.bench.process.CpuTime;
import dev.waxwing.bench.process.Worker;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * How much is done, by every subject alike.
 *
 * @param warmUp handshakes before the first sample
 * @param sample how long a sample goes on
 */
record Effort(int warmUp, Duration sample) {

    void warm(Worker client) throws IOException {
        client.ask("warm " + warmUp);
    }

    Sample sample(Worker client, List<Long> processes) throws IOException {
        CpuTime cpu = new CpuTime(processes);
        double before = cpu.read();
        JsonNode done = client.ask("sample " + sample.toMillis());
        return new Sample(done.get("amount").asDouble(), done.get("seconds").asDouble(), cpu.read() - before);
    }
}
