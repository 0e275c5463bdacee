package dev.waxwing.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waxwing.media.Text;
import dev.waxwing.media.TextAck;
import dev.waxwing.server.admission.Drop;
import dev.waxwing.server.admission.Gate;
import dev.waxwing.server.audit.AuditLog;
import dev.waxwing.server.audit.RefusalLedger;
import dev.waxwing.wire.ProtocolException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Measures what honest devices notice of a flood: 2,000 sockets that say nothing and 500 connections a second that talk
 * rubbish, from 250 addresses of the loopback network, while devices at addresses of their own come, send a text and go. Not part of
 * {@code mvn verify}; docs/development.md has the command.
 */
@Tag("flood")
@Timeout(300)
class FloodTest {

    private static final int DEVICES = 10;
    private static final long VISIT_MILLIS = 500;
    private static final int STALLED = 2_000;
    private static final int STALLED_ADDRESSES = 200;
    private static final int GARBAGE_PER_SECOND = 500;
    private static final int GARBAGE_ADDRESSES = 50;
    private static final Duration IDLE = Duration.ofSeconds(15);
    private static final Duration FLOOD = Duration.ofSeconds(20);
    private static final String[] GARBAGE = {
        "474554202f20485454502f312e310d0a0d0a", "d5010000000000050100000002", "d501000000ffffff", "16030100c8010000c4"
    };

    @TempDir
    Path directory;

    private final AtomicInteger failures = new AtomicInteger();
    private RunningServer server;

    @Test
    void honest_devices_get_in_while_strangers_flood() throws Exception {
        try (RunningServer running =
                RunningServer.start(directory.resolve("data"), "--waxwing.listener.exempt-sources=")) {
            server = running;
            List<TestDevice> devices = new ArrayList<>();
            for (int i = 0; i < DEVICES; i++) {
                TestDevice device = TestDevice.enrol(server.listenerPort(), server.invite("camera-" + i));
                devices.add(device.from(InetAddress.ofLiteral("127.1.0." + (i + 1))));
            }
            visit(devices, Duration.ofSeconds(5)); // To warm up.
            long heapBefore = heap();
            Visits idle = visit(devices, IDLE);
            long entriesBefore = entries();
            double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();

            Visits flooded;
            Duration longestStalled;
            AtomicInteger garbage = new AtomicInteger();
            try (ExecutorService attackers = Executors.newVirtualThreadPerTaskExecutor();
                    ScheduledExecutorService pace = Executors.newSingleThreadScheduledExecutor()) {
                Future<Duration> stalled = attackers.submit(() -> stall(attackers));
                pace.scheduleAtFixedRate(
                        () -> attackers.submit(() -> talkRubbish(garbage.getAndIncrement())),
                        0,
                        TimeUnit.SECONDS.toMicros(1) / GARBAGE_PER_SECOND,
                        TimeUnit.MICROSECONDS);
                flooded = visit(devices, FLOOD);
                pace.shutdownNow();
                longestStalled = stalled.get();
            }
            server.bean(RefusalLedger.class).flush();
            long heapAfter = heap();
            long texts = flooded.millis().size();
            // Each visit of a device has two entries of its own.
            long written = entries() - entriesBefore - 2 * texts;

            print(
                    "load of the machine before the flood %.2f, %d processors",
                    load, Runtime.getRuntime().availableProcessors());
            print("visits (handshake, text, acknowledgement) idle:    %s", idle);
            print("visits (handshake, text, acknowledgement) flooded: %s", flooded);
            print("honest connections that failed: %d", failures.get());
            print(
                    "garbage connections: %d; all %d stalled sockets gone after %d ms at most",
                    garbage.get(), STALLED, longestStalled.toMillis());
            Gate gate = server.bean(Gate.class);
            print(
                    "closed unheard: %s",
                    Arrays.stream(Drop.values())
                            .map(reason -> reason.word() + " " + gate.dropped(reason))
                            .toList());
            print(
                    "heap before %d KiB, after %d KiB; audit entries of refusals: %d",
                    heapBefore >> 10, heapAfter >> 10, written);

            assertThat(longestStalled).isLessThan(Duration.ofSeconds(10));
            assertThat(texts).isPositive();
            assertThat(failures.get()).isLessThan((int) texts / 20);
            assertThat(written).isLessThan(1_000);
            assertThat(heapAfter - heapBefore).isLessThan(64L << 20);
        }
    }

    /** How long visits took, in milliseconds, from the first packet to the session, and to the text's acknowledgement. */
    private record Visits(List<Double> handshakes, List<Double> millis) {
        @Override
        public String toString() {
            return "%d, handshake p50 %.1f ms, p99 %.1f ms; whole p50 %.1f ms, p99 %.1f ms"
                    .formatted(
                            millis.size(),
                            at(handshakes, 0.5),
                            at(handshakes, 0.99),
                            at(millis, 0.5),
                            at(millis, 0.99));
        }

        private static double at(List<Double> values, double part) {
            List<Double> sorted = values.stream().sorted().toList();
            return sorted.get((int) Math.min(sorted.size() - 1L, Math.round(part * sorted.size())));
        }
    }

    private Visits visit(List<TestDevice> devices, Duration time) throws Exception {
        Queue<Double> handshakes = new ConcurrentLinkedQueue<>();
        Queue<Double> whole = new ConcurrentLinkedQueue<>();
        long end = System.nanoTime() + time.toNanos();
        try (ExecutorService visits = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Void>> all = new ArrayList<>();
            for (TestDevice device : devices) {
                all.add(() -> {
                    long next = System.nanoTime();
                    while (System.nanoTime() < end) {
                        visit(device, handshakes, whole);
                        next += TimeUnit.MILLISECONDS.toNanos(VISIT_MILLIS);
                        LockSupport.parkNanos(next - System.nanoTime());
                    }
                    return null;
                });
            }
            for (Future<Void> done : visits.invokeAll(all)) {
                done.get();
            }
        }
        return new Visits(List.copyOf(handshakes), List.copyOf(whole));
    }

    private void visit(TestDevice device, Queue<Double> handshakes, Queue<Double> whole) throws InterruptedException {
        long start = System.nanoTime();
        try (TestSession session = device.connect()) {
            handshakes.add(since(start));
            session.send(new Text(device.nextCounter(), TestDevice.freshId(), TestDevice.CAPTURED, "gate open"));
            session.expect(TextAck.class);
            whole.add(since(start));
        } catch (IOException | ProtocolException e) {
            failures.incrementAndGet();
        }
    }

    /** Opens all of them, and says after how long the last was closed by the server. */
    private Duration stall(ExecutorService attackers) throws Exception {
        List<Future<Duration>> stalled = new ArrayList<>();
        for (int i = 0; i < STALLED; i++) {
            String address = "127.2.0." + (1 + i % STALLED_ADDRESSES);
            stalled.add(attackers.submit(() -> {
                try (Stranger stranger = new Stranger(address, server.listenerPort())) {
                    long start = System.nanoTime();
                    stranger.says("d5").hears();
                    return Duration.ofNanos(System.nanoTime() - start);
                }
            }));
        }
        Duration longest = Duration.ZERO;
        for (Future<Duration> one : stalled) {
            longest = longest.compareTo(one.get()) < 0 ? one.get() : longest;
        }
        return longest;
    }

    private void talkRubbish(int number) {
        try (Stranger stranger = new Stranger("127.3.0." + (1 + number % GARBAGE_ADDRESSES), server.listenerPort())) {
            stranger.says(GARBAGE[number % GARBAGE.length]).hears();
        } catch (IOException e) {
            // Not heard.
        }
    }

    private long entries() {
        return server.bean(AuditLog.class).page("", 0, 1).total();
    }

    private static long heap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static double since(long start) {
        return (System.nanoTime() - start) / 1e6;
    }

    private static void print(String format, Object... values) {
        System.out.println("flood: " + format.formatted(values));
    }
}
