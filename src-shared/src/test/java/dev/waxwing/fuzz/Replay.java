package dev.waxwing.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** Runs a target without a fuzzer: over its checked-in seeds, and over the same mutations of them every time. */
public final class Replay {

    /** What a length, a count or a number must survive. */
    private static final int[] INTERESTING = {0x00, 0x01, 0x7F, 0x80, 0xFF, 0x10, 0x20, 0x30, 0xA0};

    private final Class<?> target;
    private final MethodHandle run;
    private final List<Path> seeds;

    private Replay(Class<?> target, MethodHandle run, List<Path> seeds) {
        this.target = target;
        this.run = run;
        this.seeds = seeds;
    }

    /** The target with the seeds in the folder {@code fuzz} of the test resources that has the target's simple name. */
    public static Replay of(Class<?> target) {
        try {
            MethodHandle run = MethodHandles.publicLookup()
                    .findStatic(target, "fuzzerTestOneInput", MethodType.methodType(void.class, byte[].class));
            return new Replay(target, run, seeds(target));
        } catch (ReflectiveOperationException | IOException | URISyntaxException e) {
            throw new IllegalStateException(target + " is no fuzz target with seeds", e);
        }
    }

    private static List<Path> seeds(Class<?> target) throws IOException, URISyntaxException {
        URL folder = target.getResource("/fuzz/" + target.getSimpleName());
        if (folder == null) {
            throw new IOException("no seeds");
        }
        try (Stream<Path> files = Files.list(Path.of(folder.toURI()))) {
            return files.sorted().toList();
        }
    }

    /** How many seeds there are. */
    public int seeds() {
        return seeds.size();
    }

    /**
     * Runs every seed and so many mutations of each.
     *
     * @return how many inputs were run
     * @throws AssertionError with the input in hex for the first that breaks a law
     */
    public int run(int mutations) {
        int runs = 0;
        for (Path seed : seeds) {
            byte[] genuine = read(seed);
            once(genuine, seed + " as it is");
            Random random = new Random(seed.getFileName().toString().hashCode());
            for (int i = 0; i < mutations; i++) {
                once(mutate(genuine, random), seed + ", mutation " + i);
            }
            runs += 1 + mutations;
        }
        return runs;
    }

    private void once(byte[] input, String which) {
        try {
            run.invokeExact(input);
        } catch (Throwable e) {
            throw new AssertionError(
                    target.getSimpleName() + " with " + which + ": "
                            + HexFormat.of().formatHex(input),
                    e);
        }
    }

    /** One to four changes, of single bytes or of whole pieces. */
    static byte[] mutate(byte[] genuine, Random random) {
        byte[] input = genuine.clone();
        for (int changes = 1 + random.nextInt(4); changes > 0 && input.length > 0; changes--) {
            int at = random.nextInt(input.length);
            input = switch (random.nextInt(8)) {
                case 0 -> set(input, at, input[at] ^ 1 << random.nextInt(8));
                case 1 -> set(input, at, random.nextInt(256));
                case 2 -> set(input, at, INTERESTING[random.nextInt(INTERESTING.length)]);
                case 3 -> set(input, at, input[at] + (random.nextBoolean() ? 1 : -1));
                case 4 -> splice(input, at, at + random.nextInt(Math.min(64, input.length - at)), new byte[0]);
                case 5 -> splice(input, at, at, new byte[random.nextInt(64)]);
                case 6 -> {
                    int length = random.nextInt(Math.min(256, input.length - at) + 1);
                    byte[] piece = new byte[length];
                    System.arraycopy(input, at, piece, 0, length);
                    int to = random.nextInt(input.length);
                    yield splice(input, to, to, piece);
                }
                default -> splice(input, at, input.length, new byte[0]);
            };
        }
        return input;
    }

    private static byte[] set(byte[] input, int at, int value) {
        input[at] = (byte) value;
        return input;
    }

    /** The input with the bytes from one place to the other replaced by the piece. */
    private static byte[] splice(byte[] input, int from, int to, byte[] piece) {
        byte[] result = new byte[input.length - (to - from) + piece.length];
        System.arraycopy(input, 0, result, 0, from);
        System.arraycopy(piece, 0, result, from, piece.length);
        System.arraycopy(input, to, result, from + piece.length, input.length - to);
        return result;
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
