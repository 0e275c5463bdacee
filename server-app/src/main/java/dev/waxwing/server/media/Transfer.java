package dev.waxwing.server.media;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An upload, or a sealed group of texts, as people see it.
 *
 * @param id names the transfer on this server, 32 hex digits
 * @param device who sent it
 * @param kind by its detected content
 * @param state how far it has come
 * @param name what the device calls it, made safe to show; never a path
 * @param mediaType the detected type, or the claimed one where nothing was recognised
 * @param claimedType the type that the device named
 * @param typeMismatch whether the content is something else than name or type say
 * @param size in bytes
 * @param sha256 of the content, lower-case hex, null until it is complete
 * @param trustLevel {@code wxp2} or {@code classic}
 * @param capturedAt by the device's clock; for classic, which does not tell it, when it was received
 * @param receivedAt when it was first offered
 * @param acceptedAt when the receipt was signed, null unless accepted
 * @param receiptId names the receipt, 32 hex digits, null unless accepted
 * @param sessionId of the session in which it was accepted or last offered
 * @param uploadId the device's own id for it, 32 hex digits; the server's for classic
 * @param counter the device's number for it; 0 for classic, which has none
 * @param reason why it was refused or put aside, null otherwise
 * @param reference finds the refusal in the audit log, null unless refused
 */
public record Transfer(
        String id,
        String device,
        TransferKind kind,
        TransferState state,
        String name,
        String mediaType,
        String claimedType,
        boolean typeMismatch,
        long size,
        @Nullable String sha256,
        String trustLevel,
        Instant capturedAt,
        Instant receivedAt,
        @Nullable Instant acceptedAt,
        @Nullable String receiptId,
        String sessionId,
        String uploadId,
        long counter,
        @Nullable String reason,
        @Nullable String reference) {}
