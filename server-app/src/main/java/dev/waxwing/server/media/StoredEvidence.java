package dev.waxwing.server.media;

import java.io.IOException;
import java.io.OutputStream;

/** The evidence bundle of an accepted transfer, made as it is written. */
public interface StoredEvidence {

    /** What to call the zip file. */
    String fileName();

    /** Writes the whole bundle and leaves the stream open; memory does not depend on its size. */
    void writeTo(OutputStream out) throws IOException;
}
