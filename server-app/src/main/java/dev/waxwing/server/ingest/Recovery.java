package dev.waxwing.server.ingest;

import dev.waxwing.ca.audit.AuditEvent;
import dev.waxwing.ca.audit.AuditTrail;
import dev.waxwing.server.backup.Restorations;
import dev.waxwing.server.media.MediaProperties;
import dev.waxwing.server.media.MediaStore;
import dev.waxwing.server.media.TransferState;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Brings files and rows together again after a process died between the two, and discards what nobody continues.
 *
 * <p>A row is durable before its part exists, and content moves into place before its row is accepted. So a part without an open
 * row was to be removed, and content of an open row was not accepted: it becomes the part again. After a restore it is not so: rows
 * are older than files, and what no row knows may be all that is left of what was accepted. It is put aside.
 */
@Component
public final class Recovery {

    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);
    private static final String SYSTEM = "system";
    private static final String MISSING = "the content is missing from the media store";

    private final TransferRows rows;
    private final OpenUploads uploads;
    private final Ingest ingest;
    private final MediaStore store;
    private final MediaProperties properties;
    private final Restorations restorations;
    private final JdbcClient jdbc;
    private final AuditTrail audit;
    private final Clock clock;

    Recovery(
            TransferRows rows,
            OpenUploads uploads,
            Ingest ingest,
            MediaStore store,
            MediaProperties properties,
            Restorations restorations,
            JdbcClient jdbc,
            AuditTrail audit,
            Clock clock) {
        this.rows = rows;
        this.uploads = uploads;
        this.ingest = ingest;
        this.store = store;
        this.properties = properties;
        this.restorations = restorations;
        this.jdbc = jdbc;
        this.audit = audit;
        this.clock = clock;
    }

    /** Must be called before the first device is let in, and at no other time. */
    public void beforeStart() throws IOException {
        if (restorations.isMediaUnchecked()) {
            putOrphansAside();
            restorations.mediaChecked();
        }
        for (TransferRows.Row row : rows.receivingByClassic()) {
            if (store.hasContent(row.id())) {
                store.takeBack(row.id());
            }
            ingest.forget(row, SYSTEM, "upload.expired");
            LOG.info("Discarded transfer {} of {}: it was not accepted when the server died", row.id(), row.device());
        }
        for (TransferRows.Row row : rows.receiving()) {
            if (store.hasContent(row.id())) {
                store.takeBack(row.id());
                LOG.info(
                        "Transfer {} of {} was not accepted when the server died; it can be sealed again",
                        row.id(),
                        row.device());
            }
        }
        for (String id : store.parts()) {
            Optional<TransferState> state = rows.state(id);
            if (state.equals(Optional.of(TransferState.QUARANTINED))) {
                store.quarantine(id);
            } else if (!state.equals(Optional.of(TransferState.RECEIVING))) {
                store.discardPart(id);
                LOG.info("Removed the part of transfer {}, which is not open", id);
            }
        }
    }

    private void putOrphansAside() throws IOException {
        List<String> contents = new ArrayList<>();
        store.eachContent(some -> {
            List<String> unknown = new ArrayList<>(some);
            unknown.removeAll(rows.known(some));
            contents.addAll(unknown);
        });
        for (String id : contents) {
            store.orphanContent(id);
        }
        List<String> parts = new ArrayList<>(store.parts());
        parts.removeIf(id -> rows.state(id).isPresent());
        for (String id : parts) {
            store.orphanPart(id);
        }
        if (!contents.isEmpty() || !parts.isEmpty()) {
            String found =
                    "%d accepted and %d unfinished files that the restored database does not know are in media/orphans"
                            .formatted(contents.size(), parts.size());
            audit.record(AuditEvent.success(SYSTEM, "content.orphaned", "media store", found));
            LOG.warn("{}", found);
        }
    }

    /**
     * Marks accepted transfers whose content is gone, takes the mark off those whose content is back, and says so in the audit trail.
     * Takes a look at every file.
     */
    public void markMissing() {
        jdbc
                .sql("SELECT id FROM transfer WHERE state = 'accepted' AND reason = :missing")
                .param("missing", MISSING)
                .query((row, _) -> row.getString("id"))
                .stream()
                .filter(store::hasContent)
                .toList()
                .forEach(this::unmark);
        List<String> missing = jdbc
                .sql("SELECT id FROM transfer WHERE state = 'accepted' AND reason IS NULL")
                .query((row, _) -> row.getString("id"))
                .stream()
                .filter(id -> !store.hasContent(id))
                .toList();
        for (String id : missing) {
            jdbc.sql("UPDATE transfer SET reason = :missing WHERE id = :id")
                    .param("missing", MISSING)
                    .param("id", id)
                    .update();
            audit.record(AuditEvent.refused(SYSTEM, "content.missing", id, MISSING));
            LOG.error("The content of accepted transfer {} is missing from the media store", id);
        }
    }

    private void unmark(String id) {
        jdbc.sql("UPDATE transfer SET reason = NULL WHERE id = :id")
                .param("id", id)
                .update();
        audit.record(AuditEvent.success(SYSTEM, "content.found", id, "the content is in the media store again"));
        LOG.info("The content of accepted transfer {} is in the media store again", id);
    }

    /** Discards what has arrived of uploads that nobody has continued for too long. */
    public void discardStale() {
        Instant limit = clock.instant().minus(properties.partExpiry());
        for (TransferRows.Row row : rows.receiving()) {
            if (!uploads.isOpen(row.device(), row.uploadId()) && lastChange(row).isBefore(limit)) {
                if (ingest.forget(row, SYSTEM, "upload.expired")) {
                    LOG.info(
                            "Discarded transfer {} of {}: nothing came for {}",
                            row.id(),
                            row.device(),
                            properties.partExpiry());
                }
            }
        }
    }

    private Instant lastChange(TransferRows.Row row) {
        try {
            return store.partChangedAt(row.id());
        } catch (IOException e) {
            return row.receivedAt();
        }
    }
}
