package dev.waxwing.server.backup;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A backup cannot be made, read or put in place. The message is for the operator and says why. */
public final class BackupException extends IOException {

    public BackupException(String message) {
        this(message, null);
    }

    public BackupException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
