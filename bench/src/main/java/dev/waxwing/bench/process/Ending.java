package dev.waxwing.bench.process;

import java.util.concurrent.TimeUnit;

/** The end of a process that was asked to end. */
final class Ending {

    private static final long GRACE_SECONDS = 20;

    private Ending() {}

    /** Waits for it, and ends the process by force if it takes too long or this thread is interrupted. */
    static void await(Process process) {
        boolean ended = false;
        try {
            ended = process.waitFor(GRACE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } finally {
            if (!ended) {
                process.destroyForcibly();
            }
        }
    }
}
