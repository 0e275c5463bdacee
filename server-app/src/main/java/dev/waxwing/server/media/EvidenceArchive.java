package dev.waxwing.server.media;

import dev.waxwing.wire.Bytes;
import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Keeps evidence in the database; what many transfers share only once. Calls join the caller's transaction. */
@Component
public final class EvidenceArchive {

    /** Lists whose hash is remembered: two issuers at most are seldom in use at once, and a list can have megabytes. */
    private static final int MOST_LISTS = 2;

    /** H2 takes a mebibyte in one value at most. */
    private static final int CHUNK = 512 << 10;

    private final JdbcClient jdbc;
    /** The newest lists, by the object. */
    private final Map<Bytes, Part> newestLists = Collections.synchronizedMap(new IdentityHashMap<>());

    EvidenceArchive(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Keeps the evidence of a transfer. */
    public void keep(String transferId, EvidenceParts parts) {
        Part root = part(parts.rootCertificate());
        Part issuing = part(parts.issuingCertificate());
        Part device = part(parts.deviceCertificate());
        Part signer = part(parts.receiptCertificate());
        Part status = part(parts.deviceStatus());
        Part list = list(parts.revocationList());
        Optional<Part> otherIssuing = parts.receiptIssuer().map(other -> part(other.certificate()));
        Optional<Part> otherList = parts.receiptIssuer().map(other -> list(other.revocationList()));
        share(Stream.concat(
                        Stream.of(root, issuing, device, signer, status, list),
                        Stream.of(otherIssuing, otherList).flatMap(Optional::stream))
                .toList());
        jdbc.sql("""
            INSERT INTO evidence (transfer_id, manifest, manifest_signature, receipt, receipt_signature, root_certificate,
                                  issuing_certificate, device_certificate, receipt_certificate, device_status,
                                  revocation_list, receipt_issuing_certificate, receipt_revocation_list)
            VALUES (:id, :manifest, :manifestSignature, :receipt, :receiptSignature, :root, :issuing, :device, :signer,
                    :status, :list, :otherIssuing, :otherList)
            """)
                .param("id", transferId)
                .param("manifest", parts.manifest().toArray())
                .param("manifestSignature", parts.manifestSignature().toArray())
                .param("receipt", parts.receipt().toArray())
                .param("receiptSignature", parts.receiptSignature().toArray())
                .param("root", root.sha256())
                .param("issuing", issuing.sha256())
                .param("device", device.sha256())
                .param("signer", signer.sha256())
                .param("status", status.sha256())
                .param("list", list.sha256())
                .param("otherIssuing", otherIssuing.map(Part::sha256).orElse(null))
                .param("otherList", otherList.map(Part::sha256).orElse(null))
                .update();
    }

    /** The evidence of a transfer, if it is accepted. */
    public Optional<EvidenceParts> find(String transferId) {
        return jdbc.sql("SELECT * FROM evidence WHERE transfer_id = :id")
                .param("id", transferId)
                .query((row, _) -> new EvidenceParts(
                        bytes(row, "manifest"),
                        bytes(row, "manifest_signature"),
                        bytes(row, "receipt"),
                        bytes(row, "receipt_signature"),
                        load(row.getString("root_certificate")),
                        load(row.getString("issuing_certificate")),
                        load(row.getString("device_certificate")),
                        load(row.getString("receipt_certificate")),
                        load(row.getString("device_status")),
                        load(row.getString("revocation_list")),
                        receiptIssuer(row)))
                .optional();
    }

    private Optional<EvidenceParts.OtherIssuer> receiptIssuer(ResultSet row) throws SQLException {
        String list = row.getString("receipt_revocation_list");
        return list == null
                ? Optional.empty()
                : Optional.of(
                        new EvidenceParts.OtherIssuer(load(row.getString("receipt_issuing_certificate")), load(list)));
    }

    /** Keeps the evidence of a transfer that came by classic. */
    public void keep(String transferId, ClassicParts parts) {
        Part root = part(parts.rootCertificate());
        Part issuing = part(parts.issuingCertificate());
        Part signer = part(parts.receiptCertificate());
        Part list = list(parts.revocationList());
        share(List.of(root, issuing, signer, list));
        jdbc.sql("""
            INSERT INTO classic_evidence (transfer_id, manifest, content_signature, device_key, receipt, receipt_signature,
                                          root_certificate, issuing_certificate, receipt_certificate, revocation_list)
            VALUES (:id, :manifest, :contentSignature, :deviceKey, :receipt, :receiptSignature, :root, :issuing, :signer,
                    :list)
            """)
                .param("id", transferId)
                .param("manifest", parts.manifest().toArray())
                .param(
                        "contentSignature",
                        parts.contentSignature().map(Bytes::toArray).orElse(null))
                .param("deviceKey", parts.deviceKey().toArray())
                .param("receipt", parts.receipt().toArray())
                .param("receiptSignature", parts.receiptSignature().toArray())
                .param("root", root.sha256())
                .param("issuing", issuing.sha256())
                .param("signer", signer.sha256())
                .param("list", list.sha256())
                .update();
    }

    /** The evidence of a transfer that came by classic, if it is accepted. */
    public Optional<ClassicParts> findClassic(String transferId) {
        return jdbc.sql("SELECT * FROM classic_evidence WHERE transfer_id = :id")
                .param("id", transferId)
                .query((row, _) -> new ClassicParts(
                        bytes(row, "manifest"),
                        Optional.ofNullable(row.getBytes("content_signature")).map(Bytes::of),
                        bytes(row, "device_key"),
                        bytes(row, "receipt"),
                        bytes(row, "receipt_signature"),
                        load(row.getString("root_certificate")),
                        load(row.getString("issuing_certificate")),
                        load(row.getString("receipt_certificate")),
                        load(row.getString("revocation_list"))))
                .optional();
    }

    /** Keeps what is not kept yet. */
    private void share(List<Part> parts) {
        Set<String> kept = new HashSet<>(jdbc.sql("SELECT sha256 FROM evidence_part WHERE sha256 IN (:wanted)")
                .param("wanted", parts.stream().map(Part::sha256).toList())
                .query((row, _) -> row.getString("sha256"))
                .list());
        parts.stream().filter(part -> kept.add(part.sha256())).forEach(this::insert);
    }

    private void insert(Part part) {
        Bytes content = part.content();
        for (int chunk = 0; chunk * CHUNK < content.size(); chunk++) {
            Bytes piece = content.slice(chunk * CHUNK, Math.min(content.size(), (chunk + 1) * CHUNK));
            jdbc.sql("INSERT INTO evidence_part (sha256, chunk, content) VALUES (:sha256, :chunk, :content)")
                    .param("sha256", part.sha256())
                    .param("chunk", chunk)
                    .param("content", piece.toArray())
                    .update();
        }
    }

    /** A list can have megabytes, and is the same for all that is accepted until the next one. */
    private Part list(Bytes content) {
        Part known = newestLists.get(content);
        if (known != null) {
            return known;
        }
        Part hashed = part(content);
        if (newestLists.size() >= MOST_LISTS) {
            newestLists.clear(); // Lists of the past: those of now are hashed once more.
        }
        newestLists.put(content, hashed);
        return hashed;
    }

    private static Part part(Bytes content) {
        return new Part(sha256(content), content);
    }

    private Bytes load(String sha256) {
        List<byte[]> chunks = jdbc.sql("SELECT content FROM evidence_part WHERE sha256 = :sha256 ORDER BY chunk")
                .param("sha256", sha256)
                .query((row, _) -> row.getBytes("content"))
                .list();
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        chunks.forEach(whole::writeBytes);
        return Bytes.of(whole.toByteArray());
    }

    private static Bytes bytes(ResultSet row, String column) throws SQLException {
        return Bytes.of(row.getBytes(column));
    }

    private static String sha256(Bytes content) {
        try {
            return Bytes.of(MessageDigest.getInstance("SHA-256").digest(content.toArray()))
                    .hex();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Something that many transfers share, and its name in the database. */
    private record Part(String sha256, Bytes content) {}
}
