package dev.waxwing.server.ingest;

import dev.waxwing.media.DetectedType;
import dev.waxwing.server.media.TransferKind;
import java.util.Optional;

/**
 * What content turned out to be.
 *
 * @param kind by the detected type, or a file where that disagrees with what was claimed
 * @param type the detected media type; nothing where none was recognised and nothing disagrees
 * @param mismatch whether it is certainly something else than was claimed
 */
record Detection(TransferKind kind, Optional<String> type, boolean mismatch) {

    /** @param head the content's first {@link DetectedType#HEAD_BYTES} bytes, or all of them */
    static Detection of(byte[] head, String claimed) {
        DetectedType detected = DetectedType.of(head);
        boolean mismatch = detected.disagreesWith(claimed);
        boolean recognised = detected != DetectedType.OCTET_STREAM && detected != DetectedType.PLAIN_TEXT;
        return new Detection(
                kind(detected, claimed),
                recognised || mismatch ? Optional.of(detected.mediaType()) : Optional.empty(),
                mismatch);
    }

    /** Of a group of texts, whose content this server has made. */
    static Detection ofTexts() {
        return new Detection(TransferKind.TEXT, Optional.empty(), false);
    }

    private static TransferKind kind(DetectedType detected, String claimed) {
        return switch (detected.kind(claimed)) {
            case IMAGE -> TransferKind.IMAGE;
            case VIDEO -> TransferKind.VIDEO;
            case TEXT, FILE -> TransferKind.FILE;
        };
    }
}
