package dev.waxwing.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Something that can be measured beside others: started once, sampled in turn with them, closed. Used by one thread.
 *
 * <p>What does the work runs in processes of its own, never in the one that measures.
 */
public interface Subject extends AutoCloseable {

    /** What the results call it: lower case, words joined by a hyphen. */
    String name();

    /** What is missing on this machine, with the package that brings it, or empty. */
    Optional<String> missing();

    /**
     * Starts its processes.
     *
     * @param workDirectory empty, its own, removed after the run
     */
    void start(Path workDirectory) throws IOException, InterruptedException;

    /** Does its work once. What a sample leaves behind is removed before the method returns, outside the time measured. */
    Sample sample() throws IOException, InterruptedException;

    /** Ends its processes. Does nothing if it was not started. */
    @Override
    void close() throws IOException;
}
