package dev.waxwing.server.ingest;

import dev.waxwing.ca.inventory.SerialNumber;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Which session has which upload: the newest that opened it. Any thread may call. */
@Component
final class OpenUploads {

    private final ConcurrentMap<Key, Holding> open = new ConcurrentHashMap<>();

    /** Takes an upload over, from whichever session had it. Returns once nobody else uses its part. */
    void take(Sender sender, IncomingUpload upload) {
        Key key = new Key(sender.device(), upload.offer().id().toString());
        @Nullable Holding older = open.put(key, new Holding(sender, upload));
        if (older != null) {
            older.upload().takeAway();
        }
    }

    /** Takes an upload away from whichever session has it. Returns once nobody uses its part. */
    void takeAway(String device, String uploadId) {
        @Nullable Holding older = open.remove(new Key(device, uploadId));
        if (older != null) {
            older.upload().takeAway();
        }
    }

    /** Takes all uploads of a device away that sessions with this certificate have. Returns once those use no part. */
    void takeAway(String device, SerialNumber certificate) {
        open.forEach((key, holding) -> {
            if (key.device().equals(device) && holding.isBy(certificate) && open.remove(key, holding)) {
                holding.upload().takeAway();
            }
        });
    }

    /** Whether a session with another certificate than this one has the upload. */
    boolean isOpenUnderAnother(SerialNumber certificate, String device, String uploadId) {
        @Nullable Holding holding = open.get(new Key(device, uploadId));
        return holding != null && !holding.isBy(certificate);
    }

    /** Whether a session has this upload. */
    boolean isOpen(String device, String uploadId) {
        return open.containsKey(new Key(device, uploadId));
    }

    /** A session has no more use for an upload. */
    void release(String device, IncomingUpload upload) {
        open.computeIfPresent(
                new Key(device, upload.offer().id().toString()),
                (_, holding) -> holding.upload() == upload ? null : holding);
    }

    private record Holding(Sender sender, IncomingUpload upload) {
        boolean isBy(SerialNumber certificate) {
            return sender.certificate().equals(certificate);
        }
    }

    private record Key(String device, String uploadId) {}
}
