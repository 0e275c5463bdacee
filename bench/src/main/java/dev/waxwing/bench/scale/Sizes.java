package dev.waxwing.bench.scale;

import dev.waxwing.bench.Setting;
import dev.waxwing.bench.process.Disk;
import dev.waxwing.bench.process.Heap;
import dev.waxwing.bench.process.Worker;
import dev.waxwing.bench.scale.Curve.Line;
import dev.waxwing.bench.scale.Curve.Point;
import dev.waxwing.bench.upload.WaxwingSender;
import dev.waxwing.bench.waxwing.RealServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** One upload of growing size, by the agent's own classes, and what both ends hold in memory while and after it passes. */
final class Sizes {

    private static final double MEGABYTE = 1e6;
    private static final long KIBIBYTE = 1_024;

    /** Those of {@code bin/agent send}. */
    private static final List<String> JVM = List.of("-Xshare:auto", "-XX:+UseSerialGC", "-Xmx192m");

    private Sizes() {}

    static List<Curve> measure(Setting setting, Path work) throws IOException, InterruptedException {
        List<Long> sizes = setting.quick()
                ? List.of(1_000_000L, 10_000_000L, 100_000_000L)
                : List.of(1_000_000L, 10_000_000L, 100_000_000L, 1_000_000_000L, 10_000_000_000L);
        List<Measured> all = new ArrayList<>();
        for (long size : sizes) {
            Disk.remove(work);
            Files.createDirectories(work);
            try {
                all.add(measure(setting.repository(), work, size));
            } finally {
                Disk.remove(work);
            }
        }
        return List.of(
                new Curve(
                        "scale-size",
                        "One upload of growing size, until its receipt",
                        "MB",
                        "MB/s",
                        List.of(new Line("Waxwing", points(all, Measured::rate)))),
                new Curve(
                        "scale-size-memory",
                        "Memory of both ends of one upload",
                        "MB",
                        "MB",
                        List.of(
                                new Line(
                                        "server, peak",
                                        points(
                                                all,
                                                measured -> measured.server().peak())),
                                new Line(
                                        "device, peak",
                                        points(
                                                all,
                                                measured -> measured.device().peak())),
                                new Line(
                                        "server, heap",
                                        points(
                                                all,
                                                measured -> measured.server().heap())))));
    }

    /** @param rate in MB/s, of the second upload of two */
    private record Measured(double megabytes, double rate, Memory server, Memory device) {}

    /**
     * @param peak the most that was resident, in MB
     * @param heap live after the uploads, in MB
     */
    private record Memory(double peak, double heap) {

        static Memory of(long pid) throws IOException, InterruptedException {
            return new Memory(
                    Heap.peakResident(pid) * KIBIBYTE / MEGABYTE, Heap.of(pid).bytes() / MEGABYTE);
        }
    }

    @FunctionalInterface
    private interface Figure {

        double of(Measured measured);
    }

    private static List<Point> points(List<Measured> all, Figure figure) {
        return all.stream()
                .map(measured -> new Point(measured.megabytes(), figure.of(measured)))
                .toList();
    }

    private static Measured measure(Path repository, Path work, long size) throws IOException, InterruptedException {
        Path file = Disk.randomFile(work, size);
        try (RealServer server = RealServer.start(repository, work, List.of());
                Worker device = Worker.start(
                        WaxwingSender.class,
                        JVM,
                        List.of(file.toString(), work.resolve("home").toString(), server.invite("bench")),
                        work.resolve("device.log"))) {
            device.ask("sample");
            Disk.removeFilesOf(server.media(), size);
            JsonNode done = device.ask("sample");
            double rate = done.get("amount").asDouble() / done.get("seconds").asDouble() / MEGABYTE;
            return new Measured(size / MEGABYTE, rate, Memory.of(server.pid()), Memory.of(device.pid()));
        }
    }
}
