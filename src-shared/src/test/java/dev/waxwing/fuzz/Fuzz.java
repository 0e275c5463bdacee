package dev.waxwing.fuzz;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.jspecify.annotations.Nullable;

/**
 * One run of a fuzz target. A target is a class with a static {@code fuzzerTestOneInput(byte[])}, which returns for every
 * input that is decoded or refused as its specification says, and throws for everything else.
 */
public final class Fuzz {

    /** Nothing that is decoded here may take as long as this, in milliseconds; a slow machine is allowed for. */
    private static final long MAX_MILLIS = 5_000;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Fuzz() {}

    /** What a target does with its input; it catches the exceptions that are documented. */
    @FunctionalInterface
    public interface Body {
        void run() throws Exception;
    }

    /**
     * Runs the body and holds it to limits of time and memory. What exceeds them is run once more, because the first input
     * of all loads classes; so the body makes everything anew that it uses.
     *
     * @param base bytes that it may allocate whatever the input is
     * @param perByte bytes that it may allocate for each byte of the input
     */
    public static void once(byte[] input, long base, long perByte, Body body) {
        String fault = measure(base + perByte * input.length, body);
        if (fault != null) {
            fault = measure(base + perByte * input.length, body);
        }
        require(fault == null, fault + " for an input of " + input.length + " bytes");
    }

    private static @Nullable String measure(long maxBytes, Body body) {
        long allocated = THREADS.getCurrentThreadAllocatedBytes();
        long started = System.nanoTime();
        try {
            body.run();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new AssertionError("an exception that is not documented", e);
        }
        long millis = (System.nanoTime() - started) / 1_000_000;
        long bytes = THREADS.getCurrentThreadAllocatedBytes() - allocated;
        if (bytes > maxBytes) {
            return bytes + " bytes of memory";
        }
        return millis > MAX_MILLIS ? millis + " ms" : null;
    }

    /** A law that the target must keep. */
    public static void require(boolean holds, String law) {
        if (!holds) {
            throw new AssertionError(law);
        }
    }
}
