package dev.waxwing.server.media;

import java.io.IOException;

/** How much room the media store has: a seam to the operating system. */
@FunctionalInterface
public interface Disk {

    /** Bytes that this process may still write. */
    long usableSpace() throws IOException;
}
