package dev.waxwing.server.ingest;

import dev.waxwing.evidence.Manifest;
import dev.waxwing.evidence.TextLines;
import dev.waxwing.evidence.TrustLevel;
import dev.waxwing.media.ItemId;
import dev.waxwing.media.RefusalReason;
import dev.waxwing.media.SafeName;
import dev.waxwing.media.UploadOpen;
import dev.waxwing.server.media.TransferKind;
import dev.waxwing.server.media.TransferState;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.Incident;
import java.security.SecureRandom;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Transfers as rows, from first offer to last state. Writes are called by the writer inside its transactions. */
@Component
final class TransferRows {

    /** Of what was refused before it could be read, and of classic, which has no counters. */
    private static final long NO_COUNTER = 0;

    private final JdbcClient jdbc;
    private final Offers offers;
    private final Clock clock;
    private final SecureRandom random;

    TransferRows(JdbcClient jdbc, Offers offers, Clock clock, SecureRandom random) {
        this.jdbc = jdbc;
        this.offers = offers;
        this.clock = clock;
        this.random = random;
    }

    /** Opens an upload, or finds out what became of it. */
    Opened open(String device, String sessionId, UploadOpen upload) {
        Offers.Offer offer = new Offers.Offer(
                device,
                upload.counter(),
                upload.id().toString(),
                Fingerprint.upload(upload.size(), upload.capturedAt(), upload.mediaType(), upload.name()));
        Fresh fresh = new Fresh(
                device,
                sessionId,
                offer.id(),
                upload.counter(),
                claimedKind(upload.mediaType()),
                upload.name(),
                upload.mediaType(),
                upload.size(),
                upload.capturedAt());
        return open(offer, fresh);
    }

    /** A refusal for good is the answer to its id for ever, whatever else is said (docs/protocol.md, section 13.1). */
    private Opened open(Offers.Offer offer, Fresh fresh) {
        Optional<Row> known = find(offer.device(), offer.id());
        if (known.isPresent() && known.get().isRefused()) {
            return known(known.get());
        }
        return switch (offers.standing(offer)) {
            case CONFLICT -> new Opened.Conflict();
            case REPEAT -> known.map(this::known).orElseGet(() -> new Opened.Receiving(insert(fresh), true));
            case NEW -> {
                offers.add(offer);
                yield new Opened.Receiving(insert(fresh), true);
            }
        };
    }

    /** Opens a group of texts for its seal, or finds out what became of it. */
    Opened openGroup(String device, String sessionId, Manifest manifest, Bytes encoded) {
        String id = manifest.uploadId().toString();
        Offers.Offer offer = new Offers.Offer(device, manifest.counter(), id, Fingerprint.group(encoded));
        Fresh fresh = new Fresh(
                device,
                sessionId,
                id,
                manifest.counter(),
                TransferKind.TEXT,
                manifest.name(),
                manifest.mediaType(),
                manifest.size(),
                manifest.capturedAt());
        return open(offer, fresh);
    }

    /** Opens a group of texts of which nothing but its id is known, only to be refused in the same transaction. */
    Opened openUnknownGroup(String device, String sessionId, ItemId group) {
        String id = group.toString();
        Optional<Row> known = find(device, id);
        if (known.isPresent()) {
            return known.get().isRefused() ? known(known.get()) : new Opened.Conflict();
        }
        if (offers.isTaken(device, group)) {
            return new Opened.Conflict();
        }
        Fresh fresh = new Fresh(
                device,
                sessionId,
                id,
                NO_COUNTER,
                TransferKind.TEXT,
                TextLines.NAME,
                TextLines.MEDIA_TYPE,
                0,
                clock.instant());
        return new Opened.Receiving(insert(fresh), true);
    }

    /** Opens a transfer that came by classic, where nothing is ever offered twice: there are neither counters nor ids. */
    String openClassic(
            String device, String sessionId, ItemId id, TransferKind kind, String name, String mediaType, long size) {
        Fresh fresh =
                new Fresh(device, sessionId, id.toString(), NO_COUNTER, kind, name, mediaType, size, clock.instant());
        return insert(fresh, TrustLevel.CLASSIC);
    }

    private String insert(Fresh fresh) {
        return insert(fresh, TrustLevel.WXP2);
    }

    /** Adds a row in state receiving. */
    private String insert(Fresh fresh, TrustLevel trustLevel) {
        String id = freeId(fresh.uploadId());
        jdbc.sql("""
            INSERT INTO transfer (id, device, upload_id, counter, kind, state, name, claimed_type, type_mismatch, size,
                                  trust_level, session_id, captured_at, received_at)
            VALUES (:id, :device, :uploadId, :counter, :kind, 'receiving', :name, :claimedType, FALSE, :size,
                    :trustLevel, :session, :capturedAt, :now)
            """)
                .param("id", id)
                .param("device", fresh.device())
                .param("uploadId", fresh.uploadId())
                .param("counter", fresh.counter())
                .param("kind", fresh.kind().word())
                .param("name", SafeName.forDisplay(fresh.name()))
                .param("claimedType", fresh.mediaType())
                .param("size", fresh.size())
                .param("trustLevel", trustLevel.label())
                .param("session", fresh.sessionId())
                .param("capturedAt", fresh.capturedAt().atOffset(ZoneOffset.UTC))
                .param("now", clock.instant().atOffset(ZoneOffset.UTC))
                .update();
        return id;
    }

    /** The device's own id where it is free, so that both ends call a transfer the same. */
    private String freeId(String uploadId) {
        boolean taken = jdbc.sql("SELECT COUNT(*) FROM transfer WHERE id = :id")
                        .param("id", uploadId)
                        .query(Long.class)
                        .single()
                > 0;
        if (!taken) {
            return uploadId;
        }
        byte[] id = new byte[16];
        random.nextBytes(id);
        return HexFormat.of().formatHex(id);
    }

    private Opened known(Row row) {
        return switch (row.state()) {
            case RECEIVING -> new Opened.Receiving(row.id(), false);
            case ACCEPTED -> receipt(row.id());
            case QUARANTINED -> new Opened.Refused(RefusalReason.POLICY, row.incident());
            case REJECTED -> new Opened.Refused(row.refusal(), row.incident());
        };
    }

    private Opened.Accepted receipt(String id) {
        return jdbc.sql("SELECT receipt, receipt_signature FROM evidence WHERE transfer_id = :id")
                .param("id", id)
                .query((row, _) -> new Opened.Accepted(
                        Bytes.of(row.getBytes("receipt")), Bytes.of(row.getBytes("receipt_signature"))))
                .single();
    }

    /** What is known under a device's upload id. */
    Optional<Row> find(String device, String uploadId) {
        return jdbc.sql("SELECT * FROM transfer WHERE device = :device AND upload_id = :uploadId")
                .param("device", device)
                .param("uploadId", uploadId)
                .query(TransferRows::row)
                .optional();
    }

    /** All rows in state receiving. */
    List<Row> receiving() {
        return jdbc.sql("SELECT * FROM transfer WHERE state = 'receiving' ORDER BY number")
                .query(TransferRows::row)
                .list();
    }

    /** All rows in state receiving of classic, where nothing is ever continued. */
    List<Row> receivingByClassic() {
        return jdbc.sql("SELECT * FROM transfer WHERE state = 'receiving' AND trust_level = 'classic' ORDER BY number")
                .query(TransferRows::row)
                .list();
    }

    /** All rows of a device in state receiving. Sought by the state: of all that a device ever sent little is in it. */
    List<Row> receiving(String device) {
        return jdbc.sql("SELECT * FROM transfer WHERE device = :device AND state = 'receiving' ORDER BY state, number")
                .param("device", device)
                .query(TransferRows::row)
                .list();
    }

    /** Which of these ids have a row. */
    List<String> known(List<String> ids) {
        return jdbc.sql("SELECT id FROM transfer WHERE id IN (:ids)")
                .param("ids", ids)
                .query((row, _) -> row.getString("id"))
                .list();
    }

    /** The state of a transfer, if there is such a transfer. */
    Optional<TransferState> state(String id) {
        return jdbc.sql("SELECT state FROM transfer WHERE id = :id")
                .param("id", id)
                .query((row, _) -> TransferState.of(row.getString("state")).orElseThrow())
                .optional();
    }

    /** Refuses an open transfer for good. */
    void reject(String id, Refusal refusal, Incident incident) {
        end(id, TransferState.REJECTED, refusal, incident);
    }

    /** Puts an open transfer aside. */
    boolean quarantine(String id, Refusal refusal, Incident incident) {
        return end(id, TransferState.QUARANTINED, refusal, incident);
    }

    private boolean end(String id, TransferState state, Refusal refusal, Incident incident) {
        return jdbc.sql("""
            UPDATE transfer SET state = :state, refusal = :refusal, reason = :reason, reference = :reference
             WHERE id = :id AND state = 'receiving'
            """)
                        .param("id", id)
                        .param("state", state.word())
                        .param("refusal", refusal.reason().name().toLowerCase(Locale.ROOT))
                        .param(
                                "reason",
                                refusal.detail()
                                        .substring(
                                                0,
                                                Math.min(512, refusal.detail().length())))
                        .param("reference", incident.toString())
                        .update()
                == 1;
    }

    /** Makes an open transfer accepted. */
    boolean accept(String id, Outcome outcome) {
        return jdbc.sql("""
            UPDATE transfer
               SET state = 'accepted', kind = :kind, detected_type = :detected, type_mismatch = :mismatch,
                   sha256 = :sha256, session_id = :session, accepted_at = :acceptedAt, receipt_id = :receiptId
             WHERE id = :id AND state = 'receiving'
            """)
                        .param("id", id)
                        .param("kind", outcome.kind().word())
                        .param("detected", outcome.detectedType().orElse(null))
                        .param("mismatch", outcome.typeMismatch())
                        .param("sha256", outcome.sha256())
                        .param("session", outcome.sessionId())
                        .param("acceptedAt", outcome.acceptedAt().atOffset(ZoneOffset.UTC))
                        .param("receiptId", outcome.receiptId())
                        .update()
                == 1;
    }

    /** Forgets an open transfer, as if it had never been opened; its counter and id stay taken. */
    boolean forget(String id) {
        return jdbc.sql("DELETE FROM transfer WHERE id = :id AND state = 'receiving'")
                        .param("id", id)
                        .update()
                == 1;
    }

    private static TransferKind claimedKind(String mediaType) {
        if (mediaType.startsWith("image/")) {
            return TransferKind.IMAGE;
        }
        return mediaType.startsWith("video/") ? TransferKind.VIDEO : TransferKind.FILE;
    }

    private static Row row(ResultSet row, int number) throws SQLException {
        return new Row(
                row.getString("id"),
                row.getString("device"),
                row.getString("upload_id"),
                row.getObject("received_at", OffsetDateTime.class).toInstant(),
                TransferState.of(row.getString("state")).orElseThrow(),
                Optional.ofNullable(row.getString("refusal")),
                Optional.ofNullable(row.getString("reference")));
    }

    /** What opening an upload comes to. */
    sealed interface Opened {
        /** It may be sent. @param fresh whether it was opened just now for the first time */
        record Receiving(String transferId, boolean fresh) implements Opened {}

        /** There is an answer already. */
        sealed interface Settled extends Opened {}

        record Accepted(Bytes receipt, Bytes signature) implements Settled {}

        record Refused(RefusalReason reason, Incident incident) implements Settled {}

        record Conflict() implements Settled {}

        /** Nothing is opened for a certificate that was revoked first. */
        record Revoked() implements Settled {}
    }

    /** A transfer to be. */
    record Fresh(
            String device,
            String sessionId,
            String uploadId,
            long counter,
            TransferKind kind,
            String name,
            String mediaType,
            long size,
            Instant capturedAt) {}

    /** What acceptance found out. */
    record Outcome(
            TransferKind kind,
            Optional<String> detectedType,
            boolean typeMismatch,
            String sha256,
            String sessionId,
            Instant acceptedAt,
            String receiptId) {}

    /** A transfer as far as ingest needs it. */
    record Row(
            String id,
            String device,
            String uploadId,
            Instant receivedAt,
            TransferState state,
            Optional<String> refusalWord,
            Optional<String> reference) {

        boolean isRefused() {
            return state == TransferState.REJECTED || state == TransferState.QUARANTINED;
        }

        RefusalReason refusal() {
            return refusalWord
                    .map(word -> RefusalReason.valueOf(word.toUpperCase(Locale.ROOT)))
                    .orElse(RefusalReason.POLICY);
        }

        Incident incident() {
            return reference.map(Incident::parse).orElse(Incident.NONE);
        }
    }
}
