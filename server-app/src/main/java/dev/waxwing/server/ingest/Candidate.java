package dev.waxwing.server.ingest;

import dev.waxwing.evidence.Manifest;
import dev.waxwing.media.RefusalReason;
import dev.waxwing.server.ingest.IncomingUpload.Held;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.Quantity;
import java.util.List;
import java.util.Optional;

/**
 * What a device wants accepted: content that has arrived and lies in its part, and the manifest that is to agree with it.
 *
 * @param sender who, in which session
 * @param transferId of its row
 * @param received what has arrived
 * @param announced what was said of it before, as a manifest that agrees would have it; only a group's time is free
 * @param manifest what the signed manifest says
 * @param manifestBytes the signed bytes
 * @param signature detached CMS
 * @param texts the counters of a group of texts; empty for an upload
 */
record Candidate(
        Sender sender,
        String transferId,
        Held received,
        Announced announced,
        Manifest manifest,
        Bytes manifestBytes,
        Bytes signature,
        List<Long> texts) {

    Candidate {
        texts = List.copyOf(texts);
    }

    boolean isGroup() {
        return !texts.isEmpty();
    }

    /** The first thing in which manifest, announcement and content do not agree (docs/protocol.md, section 14.2). */
    Optional<Refusal> disagreement() {
        if (!manifest.device().value().equals(sender.device())) {
            return badManifest("the manifest is of device " + manifest.device());
        }
        if (!Announced.of(manifest).equals(announced)) {
            return badManifest("the manifest says something else than was announced");
        }
        if (manifest.size() != received.size()) {
            return mismatch(
                    "the manifest says " + Quantity.of(manifest.size(), "byte") + ", and " + received.size() + " came");
        }
        return manifest.sha256().equals(received.sha256())
                ? Optional.empty()
                : mismatch("the manifest says SHA-256 " + manifest.sha256() + ", it is " + received.sha256());
    }

    private static Optional<Refusal> badManifest(String detail) {
        return Optional.of(new Refusal(RefusalReason.BAD_MANIFEST, detail));
    }

    private static Optional<Refusal> mismatch(String detail) {
        return Optional.of(new Refusal(RefusalReason.MISMATCH, detail));
    }
}
