package dev.waxwing.bench.scale;

import dev.waxwing.bench.Setting;
import dev.waxwing.bench.process.Disk;
import dev.waxwing.bench.process.Worker;
import dev.waxwing.bench.scale.Curve.Line;
import dev.waxwing.bench.scale.Curve.Point;
import dev.waxwing.bench.waxwing.InvitingServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** The same work done by one device and by many at once. */
final class Devices {

    private static final List<String> JVM = List.of("-Xmx1g");

    private Devices() {}

    private record Effort(List<Integer> devices, long bytes, int texts) {

        static Effort of(boolean quick) {
            return quick
                    ? new Effort(List.of(1, 10, 50), 32L << 20, 2_000)
                    : new Effort(List.of(1, 10, 100, 1_000), 1L << 30, 40_000);
        }

        int most() {
            return devices.getLast();
        }
    }

    static List<Curve> measure(Setting setting, Path work) throws IOException, InterruptedException {
        Effort effort = Effort.of(setting.quick());
        Disk.remove(work);
        Files.createDirectories(work);
        try (InvitingServer server = InvitingServer.start(setting.repository(), work, List.of())) {
            Path invites = Files.write(work.resolve("invites"), server.invites(effort.most()));
            try (Worker fleet =
                    Worker.start(Fleet.class, JVM, List.of(invites.toString()), work.resolve("fleet.log"))) {
                return curves(fleet, effort, server.media());
            }
        } finally {
            Disk.remove(work);
        }
    }

    private static List<Curve> curves(Worker fleet, Effort effort, Path media)
            throws IOException, InterruptedException {
        fleet.ask("upload %d %d".formatted(1, effort.bytes()));
        fleet.ask("texts %d %d".formatted(1, effort.texts()));
        List<Point> uploads = new ArrayList<>();
        List<Point> texts = new ArrayList<>();
        for (int devices : effort.devices()) {
            uploads.add(new Point(devices, rate(fleet.ask("upload %d %d".formatted(devices, effort.bytes()))) / 1e6));
            Disk.removeFilesOf(media, effort.bytes() / devices);
            texts.add(new Point(devices, rate(fleet.ask("texts %d %d".formatted(devices, effort.texts())))));
        }
        return List.of(
                new Curve(
                        "scale-devices-upload",
                        "Uploads of %d MiB in all, by many devices at once".formatted(effort.bytes() >> 20),
                        "devices",
                        "MB/s in all",
                        List.of(new Line("Waxwing", uploads))),
                new Curve(
                        "scale-devices-texts",
                        "%,d texts of 1 KiB in all, by many devices at once".formatted(effort.texts()),
                        "devices",
                        "texts/s in all, acknowledged and sealed",
                        List.of(new Line("Waxwing", texts))));
    }

    private static double rate(JsonNode done) {
        return done.get("amount").asDouble() / done.get("seconds").asDouble();
    }
}
