package dev.waxwing.server.media;

import dev.waxwing.ca.web.Page;
import dev.waxwing.media.SafeName;
import dev.waxwing.wire.Bytes;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Finds transfers and what belongs to them. Any thread may call. */
@Component
public final class Transfers {

    /** What browsers display without running anything of it. */
    private static final Set<String> DISPLAYABLE = Set.of(
            "image/jpeg",
            "image/png",
            "image/gif",
            "image/webp",
            "image/bmp",
            "video/mp4",
            "video/webm",
            "video/quicktime",
            "video/x-matroska");

    private static final String OCTET_STREAM = "application/octet-stream";

    private final JdbcClient jdbc;
    private final MediaStore store;
    private final EvidenceArchive archive;
    private final Verifier verifier;

    Transfers(JdbcClient jdbc, MediaStore store, EvidenceArchive archive, Verifier verifier) {
        this.jdbc = jdbc;
        this.store = store;
        this.archive = archive;
        this.verifier = verifier;
    }

    /**
     * One page of the transfers that a filter lets through, newest first.
     *
     * @param page from 0
     * @param size at least 1
     */
    public Page<Transfer> page(TransferFilter filter, int page, int size) {
        Map<String, Object> match = new HashMap<>();
        StringBuilder where = new StringBuilder("WHERE 1 = 1");
        restrict(where, match, "device", filter.device());
        restrict(
                where,
                match,
                "kind",
                filter.kind() == null ? null : filter.kind().word());
        restrict(
                where,
                match,
                "state",
                filter.state() == null ? null : filter.state().word());
        List<Transfer> items = jdbc.sql("SELECT * FROM transfer " + where + order(filter)
                        + " OFFSET :offset ROWS FETCH NEXT :size ROWS ONLY")
                .params(match)
                .param("offset", (long) page * size)
                .param("size", size)
                .query(Transfers::transfer)
                .list();
        return Page.of(
                items,
                page,
                size,
                () -> jdbc.sql("SELECT COUNT(*) FROM transfer " + where)
                        .params(match)
                        .query(Long.class)
                        .single());
    }

    /** Newest first, in the order of an index: it begins with what is the same in all that the filter lets through. */
    private static String order(TransferFilter filter) {
        if (filter.device() != null) {
            return " ORDER BY device DESC, number DESC";
        }
        if (filter.state() != null) {
            return " ORDER BY state DESC, number DESC";
        }
        return filter.kind() == null ? " ORDER BY number DESC" : " ORDER BY kind DESC, number DESC";
    }

    private static void restrict(
            StringBuilder where, Map<String, Object> match, String column, @Nullable String value) {
        if (value != null) {
            where.append(" AND ").append(column).append(" = :").append(column);
            match.put(column, value);
        }
    }

    /** The transfer with this id. */
    public Optional<Transfer> find(String id) {
        return jdbc.sql("SELECT * FROM transfer WHERE id = :id")
                .param("id", id)
                .query(Transfers::transfer)
                .optional();
    }

    /** The bytes of an accepted transfer; nothing for any other. */
    public Optional<StoredContent> content(String id) {
        return accepted(id).map(transfer -> {
            Path file = store.content(id);
            boolean inline = !transfer.typeMismatch() && DISPLAYABLE.contains(transfer.mediaType());
            String served = inline ? transfer.mediaType() : OCTET_STREAM;
            return new StoredContent(file, transfer.size(), served, SafeName.forFile(transfer.name()), inline);
        });
    }

    /** The receipt of an accepted transfer; nothing for any other. */
    public Optional<StoredReceipt> receipt(String id) {
        return jdbc.sql("""
            SELECT receipt, receipt_signature FROM evidence WHERE transfer_id = :id
            UNION ALL
            SELECT receipt, receipt_signature FROM classic_evidence WHERE transfer_id = :id
            """)
                .param("id", id)
                .query((row, _) -> new StoredReceipt(
                        Bytes.of(row.getBytes("receipt")), Bytes.of(row.getBytes("receipt_signature"))))
                .optional();
    }

    /** The evidence bundle of an accepted transfer; nothing for any other. */
    public Optional<StoredEvidence> evidence(String id) {
        return accepted(id).flatMap(_ -> bundle(id));
    }

    private Optional<StoredEvidence> bundle(String id) {
        Optional<StoredEvidence> bundle = archive.find(id).map(parts -> new Bundle(id, parts, store));
        return bundle.isPresent() ? bundle : archive.findClassic(id).map(parts -> new ClassicBundle(id, parts, store));
    }

    /**
     * Checks hash and signatures of an accepted transfer again, now; nothing for any other. Reads the whole content. The audit
     * trail gets the result.
     *
     * @param actor who wants to know
     */
    public Optional<Verification> verifyAgain(String id, String actor) {
        return accepted(id).map(transfer -> verifier.verify(transfer, actor));
    }

    /** How many there are of each sort. */
    public TransferTotals totals() {
        return TransferTotals.of(jdbc.sql("""
            SELECT state, kind, COUNT(*) AS number, SUM(size) AS bytes FROM transfer GROUP BY state, kind
            """)
                .query((row, _) -> new TransferTotals.Sort(
                        TransferState.of(row.getString("state")).orElseThrow(),
                        TransferKind.of(row.getString("kind")).orElseThrow(),
                        row.getLong("number"),
                        row.getLong("bytes")))
                .list());
    }

    /** How many were accepted from this moment on. */
    public long acceptedSince(Instant from) {
        return jdbc.sql("SELECT COUNT(*) FROM transfer WHERE accepted_at >= :from")
                .param("from", from.atOffset(ZoneOffset.UTC))
                .query(Long.class)
                .single();
    }

    private Optional<Transfer> accepted(String id) {
        return find(id).filter(transfer -> transfer.state() == TransferState.ACCEPTED);
    }

    private static Transfer transfer(ResultSet row, int number) throws SQLException {
        String claimed = row.getString("claimed_type");
        String detected = row.getString("detected_type");
        return new Transfer(
                row.getString("id"),
                row.getString("device"),
                TransferKind.of(row.getString("kind")).orElseThrow(),
                TransferState.of(row.getString("state")).orElseThrow(),
                row.getString("name"),
                detected == null ? claimed : detected,
                claimed,
                row.getBoolean("type_mismatch"),
                row.getLong("size"),
                row.getString("sha256"),
                row.getString("trust_level"),
                instant(row, "captured_at"),
                instant(row, "received_at"),
                row.getObject("accepted_at") == null ? null : instant(row, "accepted_at"),
                row.getString("receipt_id"),
                row.getString("session_id"),
                row.getString("upload_id"),
                row.getLong("counter"),
                row.getString("reason"),
                row.getString("reference"));
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }
}
