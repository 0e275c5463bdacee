package dev.waxwing.agent.spool;

import dev.waxwing.media.ItemId;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What came of something that was offered: a receipt, or a final refusal.
 *
 * @param id of the upload, of the group of texts, or of a text that was refused by itself
 * @param kind what it is
 * @param counter the device's number for it
 * @param name what it is called; display data
 * @param size bytes of content
 * @param sha256 of the content in hexadecimal; null if it was refused before it was sealed
 * @param receiptId the receipt's id; null if it was refused
 * @param reason why it was refused; null if it was accepted
 * @param reference the incident of the refusal; null if there is none
 * @param texts the counters of a group's texts; empty for anything else
 * @param at when, by the server's clock for a receipt and by the device's for a refusal
 */
public record Settled(
        ItemId id,
        Kind kind,
        long counter,
        String name,
        long size,
        @Nullable String sha256,
        @Nullable String receiptId,
        @Nullable String reason,
        @Nullable String reference,
        List<Long> texts,
        Instant at) {

    public Settled {
        texts = List.copyOf(texts);
    }

    /** What can be offered. */
    public enum Kind {
        /** A group of texts, or one text. */
        TEXT,
        /** A file. */
        FILE
    }

    /** Whether there is a receipt. */
    public boolean isAccepted() {
        return receiptId != null;
    }
}
