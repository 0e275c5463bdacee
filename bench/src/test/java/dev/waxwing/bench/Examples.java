package dev.waxwing.bench;

import java.time.Instant;
import java.util.List;
import java.util.stream.DoubleStream;

/** Results to try things with. */
final class Examples {

    static final Machine MACHINE = new Machine("A <CPU> & more", 2, 1L << 34, "Linux 6", "ext4", "Vendor 25");

    private Examples() {}

    /** Samples of one second with these amounts, each of which took half a second of CPU time. */
    static Series series(String name, double... amounts) {
        return new Series(
                name,
                DoubleStream.of(amounts)
                        .mapToObj(amount -> new Sample(amount, 1, 0.5))
                        .toList());
    }

    static Group group(Comparison... comparisons) {
        return new Group(
                "upload", "Upload <of> a file", Measure.MEGABYTES_PER_SECOND, 1, List.of(), List.of(comparisons));
    }

    static Result result() {
        return Result.of(
                group(Comparison.of("waxwing", "jsse", 1.3), Comparison.of("waxwing", "absent")),
                true,
                Instant.parse("2026-01-01T00:00:00Z"),
                MACHINE,
                List.of(series("waxwing", 900e6, 1000e6, 1100e6), series("jsse", 600e6, 500e6, 550e6)),
                List.of(new Missing("sftp", "no sftp: openssh-client")));
    }
}
