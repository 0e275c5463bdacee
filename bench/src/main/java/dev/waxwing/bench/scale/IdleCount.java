package dev.waxwing.bench.scale;

import dev.waxwing.bench.Setting;
import dev.waxwing.bench.idle.IdleClients;
import dev.waxwing.bench.process.Disk;
import dev.waxwing.bench.process.Heap;
import dev.waxwing.bench.process.Worker;
import dev.waxwing.bench.scale.Curve.Line;
import dev.waxwing.bench.scale.Curve.Point;
import dev.waxwing.bench.waxwing.InvitingServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The memory of the real server while more and more devices are connected and silent. */
final class IdleCount {

    private static final double MEGABYTE = 1e6;
    private static final List<Integer> COUNTS = List.of(100, 300, 1_000, 3_000, 10_000);
    private static final List<Integer> QUICK_COUNTS = List.of(10, 30, 100);

    private IdleCount() {}

    static List<Curve> measure(Setting setting, Path work) throws IOException, InterruptedException {
        List<Integer> counts = setting.quick() ? QUICK_COUNTS : COUNTS;
        Disk.remove(work);
        Files.createDirectories(work);
        try (InvitingServer server = InvitingServer.start(setting.repository(), work, List.of())) {
            Path invites = Files.write(work.resolve("invites"), server.invites(counts.getLast()));
            try (Worker clients = Worker.start(
                    IdleClients.class,
                    List.of("-Xmx1g"),
                    List.of("server", invites.toString()),
                    work.resolve("clients.log"))) {
                return List.of(curve(server.pid(), clients, counts));
            }
        } finally {
            Disk.remove(work);
        }
    }

    private static Curve curve(long server, Worker clients, List<Integer> counts)
            throws IOException, InterruptedException {
        // What the first sessions load stays for the others.
        clients.ask("open " + counts.getFirst());
        List<Point> heap = new ArrayList<>();
        List<Point> resident = new ArrayList<>();
        for (int count : counts) {
            clients.ask("open " + count);
            Heap held = Heap.of(server);
            heap.add(new Point(count, held.bytes() / MEGABYTE));
            resident.add(new Point(count, held.resident() * 1_024 / MEGABYTE));
        }
        return new Curve(
                "scale-idle",
                "Memory of the server while devices are connected and silent",
                "sessions",
                "MB",
                List.of(new Line("live heap", heap), new Line("resident", resident)));
    }
}
