package dev.waxwing.bench.upload;

import dev.waxwing.bench.Comparison;
import dev.waxwing.bench.Group;
import dev.waxwing.bench.Measure;
import dev.waxwing.bench.Setting;
import dev.waxwing.bench.Subject;
import dev.waxwing.bench.process.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The group {@code upload}. */
public final class Uploads {

    private static final long SIZE = 1L << 30;
    private static final long QUICK_SIZE = 128L << 20;

    private Uploads() {}

    public static Group group(Setting setting) throws IOException {
        long size = setting.quick() ? QUICK_SIZE : SIZE;
        Path file = Disk.randomFile(setting.work(), size);
        List<Subject> subjects = List.of(
                WaxwingUpload.asItShips(setting.repository(), file),
                new WaxwingCommandUpload(setting.repository(), file),
                WaxwingUpload.withJdkAlone(setting.repository(), file),
                StreamUpload.jsse(file, Care.WRITTEN),
                StreamUpload.jsse(file, Care.SYNCED),
                StreamUpload.jsse(file, Care.PROVED),
                StreamUpload.netty(file),
                StreamUpload.plain(file, Care.WRITTEN),
                StreamUpload.plain(file, Care.SYNCED),
                StreamUpload.plain(file, Care.PROVED),
                new SftpUpload(file),
                new NginxUpload(file));
        return new Group(
                "upload",
                "Upload of one file of %d MiB, loopback, both ends on this machine".formatted(size >> 20),
                Measure.MEGABYTES_PER_SECOND,
                setting.quick() ? 1 : 3,
                subjects,
                List.of(
                        Comparison.of("waxwing", "jsse", 1.3),
                        Comparison.of("waxwing", "jsse-synced"),
                        Comparison.of("waxwing", "jsse-proved"),
                        Comparison.of("waxwing-command", "jsse"),
                        Comparison.of("waxwing", "netty-tcnative"),
                        Comparison.of("waxwing-jdk", "jsse", 1.0),
                        Comparison.of("waxwing", "plain-socket", 0.75),
                        Comparison.of("waxwing", "plain-socket-synced"),
                        Comparison.of("waxwing", "plain-socket-proved"),
                        Comparison.of("waxwing", "openssh-sftp", 2.0),
                        Comparison.of("waxwing", "nginx-curl")));
    }
}
