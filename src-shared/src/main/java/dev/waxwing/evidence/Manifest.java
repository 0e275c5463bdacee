package dev.waxwing.evidence;

import dev.waxwing.media.ApplicationMessage;
import dev.waxwing.media.ItemId;
import dev.waxwing.media.UploadOpen;
import dev.waxwing.trust.PeerName;
import dev.waxwing.wire.Bytes;
import java.time.Instant;

/**
 * What a device says, and signs, about one upload or one group of texts (protocol section 14.2).
 *
 * @param counter 1 to 2^53 − 1
 * @param name as offered: 1 to 4,096 bytes of UTF-8; for display only
 * @param mediaType as offered: 1 to 127 printable ASCII characters
 * @param size of the content in bytes, 0 to 2^53 − 1
 * @param sha256 of the content
 * @param capturedAt by the device's clock, in milliseconds, years 1970 to 9999
 * @param previousManifestSha256 of the manifest that this device signed before; {@link #NONE_BEFORE} for its first
 */
public record Manifest(
        PeerName device,
        ItemId uploadId,
        long counter,
        String name,
        String mediaType,
        long size,
        Bytes sha256,
        Instant capturedAt,
        Bytes previousManifestSha256)
        implements Statement {

    /** What the first manifest of a device has for its previous one: 32 zero bytes. */
    public static final Bytes NONE_BEFORE = Bytes.of(new byte[Sha256.SIZE]);

    private static final long VERSION = 1;

    /** @throws IllegalArgumentException if a value is out of its range */
    public Manifest {
        // The ranges are those of the message that offers the upload.
        new UploadOpen(uploadId, counter, size, capturedAt, false, mediaType, name);
        if (sha256.size() != Sha256.SIZE || previousManifestSha256.size() != Sha256.SIZE) {
            throw new IllegalArgumentException("a SHA-256 of another size");
        }
    }

    /**
     * The exact bytes that are signed.
     *
     * @throws IllegalStateException if they are more than a manifest may have
     */
    public Bytes encode() {
        Bytes json = json();
        if (json.size() > ApplicationMessage.MAX_MANIFEST) {
            throw new IllegalStateException("a manifest of " + json.size() + " bytes: its name needs too many escapes");
        }
        return json;
    }

    private Bytes json() {
        return Members.writing()
                .put("capturedAt", capturedAt)
                .put("counter", counter)
                .put("device", device.value())
                .put("mediaType", mediaType)
                .put("name", name)
                .put("previousManifestSha256", previousManifestSha256)
                .put("sha256", sha256)
                .put("size", size)
                .put("uploadId", uploadId.value())
                .put("version", VERSION)
                .write();
    }

    /**
     * Whether the manifest of an upload stays within its limit (protocol section 13.4), whatever its content. One character of
     * a name can take six bytes.
     */
    public static boolean canDescribe(PeerName device, UploadOpen upload) {
        Manifest manifest = new Manifest(
                device,
                upload.id(),
                upload.counter(),
                upload.name(),
                upload.mediaType(),
                upload.size(),
                NONE_BEFORE,
                upload.capturedAt(),
                NONE_BEFORE);
        return manifest.json().size() <= ApplicationMessage.MAX_MANIFEST;
    }

    /** SHA-256 of the exact bytes: what a receipt and the next manifest name. */
    public static Bytes sha256(Bytes encoded) {
        return Sha256.of(encoded);
    }

    /** @throws MalformedEvidenceException if the bytes are not exactly what {@link #encode()} makes of some manifest */
    public static Manifest decode(Bytes json) throws MalformedEvidenceException {
        if (json.size() > ApplicationMessage.MAX_MANIFEST) {
            throw new MalformedEvidenceException("a manifest of " + json.size() + " bytes");
        }
        Members members = Members.reading(json);
        try {
            if (members.whole("version") != VERSION) {
                throw new MalformedEvidenceException("an unknown version");
            }
            Manifest manifest = new Manifest(
                    new PeerName(members.text("device")),
                    new ItemId(members.hex("uploadId", 16)),
                    members.whole("counter"),
                    members.text("name"),
                    members.text("mediaType"),
                    members.whole("size"),
                    members.hex("sha256", Sha256.SIZE),
                    members.instant("capturedAt"),
                    members.hex("previousManifestSha256", Sha256.SIZE));
            members.end();
            return manifest;
        } catch (IllegalArgumentException e) {
            throw new MalformedEvidenceException("manifest: " + e.getMessage(), e);
        }
    }
}
