package dev.waxwing.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waxwing.channel.CryptoPermits;
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
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Measures what honest devices notice of a flood: 2,000 sockets that say nothing and 500 connections a second that talk
 * rubbish, from 250 addresses of the loopback network; then 200 good ClientHellos a second, each of which costs the server a key
 * exchange and a signature, from 4,000. Meanwhile devices at addresses of their own come, send a text and go, and one that is connected
 * all the time goes on sending. Not part of {@code mvn verify}; docs/development.md has the command.
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
    private static final int HELLOS_PER_SECOND = 200;
    private static final int HELLO_ADDRESSES = 4_000;
    private static final long STEADY_MILLIS = 50;
    private static final Duration IDLE = Duration.ofSeconds(15);
    private static final Duration FLOOD = Duration.ofSeconds(20);
    private static final String[] GARBAGE = {
        "474554202f20485454502f312e310d0a0d0a", "d5010000000000050100000002", "d501000000ffffff", "16030100c8010000c4"
    };

    @TempDir
    Path directory;

    private final AtomicInteger failures = new AtomicInteger();
    private RunningServer server;
    private TestDevice steady;

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
            steady = TestDevice.enrol(server.listenerPort(), server.invite("steady"))
                    .from(InetAddress.ofLiteral("127.1.1.1"));
            visit(devices, Duration.ofSeconds(5)); // To warm up.
            long heapBefore = heap();
            print(
                    "load of the machine %.2f, %d processors",
                    ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
                    Runtime.getRuntime().availableProcessors());
            print("idle: %s", visit(devices, IDLE));

            long entriesBefore = entries();
            Visits flooded;
            Duration longestStalled;
            try (ExecutorService attackers = Executors.newVirtualThreadPerTaskExecutor()) {
                Future<Duration> stalled = attackers.submit(() -> stall(attackers));
                flooded = visitWhile(this::talkRubbish, GARBAGE_PER_SECOND, devices);
                longestStalled = stalled.get();
            }
            server.bean(RefusalLedger.class).flush();
            // Each visit of a device has two entries of its own, and so has the session that goes on.
            long written =
                    entries() - entriesBefore - 2L * (flooded.handshakes().size() + 1);
            print("stalled sockets and garbage: %s", flooded);
            print(
                    "all %d stalled sockets gone after %d ms at most; closed unheard: %s",
                    STALLED, longestStalled.toMillis(), dropped());
            print("audit entries of refusals: %d", written);

            String hello = devices.getFirst().helloRecord();
            Visits computing = visitWhile(number -> greet(hello, number), HELLOS_PER_SECOND, devices);
            CryptoPermits permits = server.bean(CryptoPermits.class);
            print("good ClientHellos: %s", computing);
            print("closed unheard: %s; crypto permits denied: %d", dropped(), permits.denied());
            long heapAfter = heap();
            print(
                    "heap before %d KiB, after %d KiB; honest connections that failed: %d",
                    heapBefore >> 10, heapAfter >> 10, failures.get());

            assertThat(longestStalled).isLessThan(Duration.ofSeconds(10));
            int visits = flooded.handshakes().size() + computing.handshakes().size();
            assertThat(visits).isPositive();
            assertThat(failures.get()).isLessThan(Math.max(1, visits / 20));
            assertThat(written).isBetween(1L, 1_000L);
            assertThat(heapAfter - heapBefore).isLessThan(64L << 20);
        }
    }

    /** Visits of honest devices while strangers connect so many times a second. */
    private Visits visitWhile(IntConsumer attack, int perSecond, List<TestDevice> devices) throws Exception {
        AtomicInteger number = new AtomicInteger();
        try (ExecutorService attackers = Executors.newVirtualThreadPerTaskExecutor();
                ScheduledExecutorService pace = Executors.newSingleThreadScheduledExecutor()) {
            pace.scheduleAtFixedRate(
                    () -> attackers.submit(() -> attack.accept(number.getAndIncrement())),
                    0,
                    TimeUnit.SECONDS.toMicros(1) / perSecond,
                    TimeUnit.MICROSECONDS);
            Visits visits = visit(devices, FLOOD);
            pace.shutdownNow();
            print("connections of strangers in %d s: %d", FLOOD.toSeconds(), number.get());
            return visits;
        }
    }

    /** How long handshakes, whole visits, and texts in a session that goes on took, in milliseconds. */
    private record Visits(List<Double> handshakes, List<Double> visits, List<Double> steady) {
        @Override
        public String toString() {
            return "%d visits, handshake %s, whole %s; %d texts of a session that goes on %s"
                    .formatted(visits.size(), of(handshakes), of(visits), steady.size(), of(steady));
        }

        private static String of(List<Double> values) {
            return "p50 %.1f ms, p99 %.1f ms".formatted(at(values, 0.5), at(values, 0.99));
        }

        private static double at(List<Double> values, double part) {
            List<Double> sorted = values.stream().sorted().toList();
            return sorted.get((int) Math.min(sorted.size() - 1L, Math.round(part * sorted.size())));
        }
    }

    private Visits visit(List<TestDevice> devices, Duration time) throws Exception {
        Queue<Double> handshakes = new ConcurrentLinkedQueue<>();
        Queue<Double> whole = new ConcurrentLinkedQueue<>();
        Queue<Double> texts = new ConcurrentLinkedQueue<>();
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
            all.add(() -> {
                goOn(end, texts);
                return null;
            });
            for (Future<Void> done : visits.invokeAll(all)) {
                done.get();
            }
        }
        return new Visits(List.copyOf(handshakes), List.copyOf(whole), List.copyOf(texts));
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

    /** Sends a text in one session, again and again. */
    private void goOn(long end, Queue<Double> texts) throws Exception {
        try (TestSession session = steady.connect()) {
            while (System.nanoTime() < end) {
                long start = System.nanoTime();
                session.send(new Text(steady.nextCounter(), TestDevice.freshId(), TestDevice.CAPTURED, "still here"));
                session.expect(TextAck.class);
                texts.add(since(start));
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(STEADY_MILLIS));
            }
        }
    }

    /** Makes the server answer a ClientHello, and goes. */
    private void greet(String hello, int number) {
        int address = number % HELLO_ADDRESSES;
        String source = "127.4." + address / 250 + "." + (1 + address % 250);
        try (Stranger stranger = new Stranger(source, server.listenerPort())) {
            stranger.says(hello).hearsSomething();
        } catch (IOException e) {
            // Not heard.
        }
    }

    private List<String> dropped() {
        Gate gate = server.bean(Gate.class);
        return Arrays.stream(Drop.values())
                .map(reason -> reason.word() + " " + gate.dropped(reason))
                .toList();
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
