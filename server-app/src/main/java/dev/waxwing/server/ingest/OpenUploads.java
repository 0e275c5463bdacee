package dev.waxwing.server.ingest;

import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Which session has which upload: the newest that opened it. Any thread may call. */
@Component
final class OpenUploads {

    private final ConcurrentMap<Key, IncomingUpload> open = new ConcurrentHashMap<>();

    /** Takes an upload over, from whichever session had it. Returns once nobody else uses its part. */
    void take(String device, IncomingUpload upload) {
        @Nullable
        IncomingUpload older = open.put(new Key(device, upload.offer().id().toString()), upload);
        if (older != null) {
            older.takeAway();
        }
    }

    /** Takes an upload away from whichever session has it. Returns once nobody uses its part. */
    void takeAway(String device, String uploadId) {
        @Nullable IncomingUpload older = open.remove(new Key(device, uploadId));
        if (older != null) {
            older.takeAway();
        }
    }

    /** Takes all uploads of a device away. */
    void takeAway(String device) {
        List.copyOf(open.keySet()).stream()
                .filter(key -> key.device().equals(device))
                .forEach(key -> takeAway(device, key.uploadId()));
    }

    /** Whether a session has this upload. */
    boolean isOpen(String device, String uploadId) {
        return open.containsKey(new Key(device, uploadId));
    }

    /** A session has no more use for an upload. */
    void release(String device, IncomingUpload upload) {
        open.remove(new Key(device, upload.offer().id().toString()), upload);
    }

    private record Key(String device, String uploadId) {}
}
