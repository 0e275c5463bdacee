package dev.waxwing.agent.upload;

import dev.waxwing.agent.spool.QueuedFile;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A file is not, or no longer, the one that was queued. It is not offered again. */
final class FileChangedException extends Exception {

    FileChangedException(String message) {
        this(message, null);
    }

    private FileChangedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    static FileChangedException unreadable(QueuedFile file, IOException cause) {
        return new FileChangedException(
                "%s can no longer be read (%s)".formatted(file.path(), cause.getMessage()), cause);
    }

    String words() {
        return String.valueOf(getMessage());
    }
}
