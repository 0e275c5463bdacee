package dev.waxwing.evidence;

import dev.waxwing.media.ApplicationMessage;
import dev.waxwing.media.ItemId;
import dev.waxwing.media.UploadOpen;
import dev.waxwing.trust.PeerName;
import dev.waxwing.wire.Bytes;
import java.time.Instant;

/**
 * What the server says about one transfer that came by classic (protocol section 15.1). The device signs no manifest there: this
 * one is covered by the server's receipt alone.
 *
 * @param device the name in the device's classic certificate
 * @param deviceKeySha256 of the device's public key as SubjectPublicKeyInfo in DER
 * @param uploadId chosen by the server
 * @param name as offered: 1 to 4,096 bytes of UTF-8; for display only
 * @param mediaType by the offered name: 1 to 127 printable ASCII characters
 * @param size of the content in bytes, 0 to 2^53 − 1
 * @param sha256 of the content
 * @param signature what the device signed
 * @param receivedAt by the server's clock, in milliseconds, years 1970 to 9999
 */
public record ClassicManifest(
        PeerName device,
        Bytes deviceKeySha256,
        ItemId uploadId,
        String name,
        String mediaType,
        long size,
        Bytes sha256,
        ContentSignature signature,
        Instant receivedAt)
        implements Statement {

    private static final long VERSION = 1;
    private static final String PROTOCOL = "classic";

    /** What a classic device signs of what it sends. */
    public enum ContentSignature {
        /** The bytes of a file: RSASSA-PSS with SHA-256, MGF1 with SHA-256, 222 bytes of salt. */
        RSA_PSS("rsa-pss-sha256"),
        /** Nothing: a text is not signed. */
        NONE("none");

        private final String label;

        ContentSignature(String label) {
            this.label = label;
        }

        private static ContentSignature of(String label) {
            for (ContentSignature signature : values()) {
                if (signature.label.equals(label)) {
                    return signature;
                }
            }
            throw new IllegalArgumentException("no such signature");
        }
    }

    /** @throws IllegalArgumentException if a value is out of its range */
    public ClassicManifest {
        // The ranges are those of the message that offers an upload in WXP/2, but for the counter, which classic has
        // not.
        new UploadOpen(uploadId, 1, size, receivedAt, false, mediaType, name);
        if (sha256.size() != Sha256.SIZE || deviceKeySha256.size() != Sha256.SIZE) {
            throw new IllegalArgumentException("a SHA-256 of another size");
        }
    }

    /**
     * The exact bytes that the receipt names.
     *
     * @throws IllegalStateException if they are more than a manifest may have
     */
    public Bytes encode() {
        Bytes json = Members.writing()
                .put("device", device.value())
                .put("deviceKeySha256", deviceKeySha256)
                .put("mediaType", mediaType)
                .put("name", name)
                .put("protocol", PROTOCOL)
                .put("receivedAt", receivedAt)
                .put("sha256", sha256)
                .put("signature", signature.label)
                .put("size", size)
                .put("uploadId", uploadId.value())
                .put("version", VERSION)
                .write();
        if (json.size() > ApplicationMessage.MAX_MANIFEST) {
            throw new IllegalStateException("a manifest of " + json.size() + " bytes: its name needs too many escapes");
        }
        return json;
    }

    /** @throws MalformedEvidenceException if the bytes are not exactly what {@link #encode()} makes of some manifest */
    public static ClassicManifest decode(Bytes json) throws MalformedEvidenceException {
        if (json.size() > ApplicationMessage.MAX_MANIFEST) {
            throw new MalformedEvidenceException("a manifest of " + json.size() + " bytes");
        }
        Members members = Members.reading(json);
        try {
            if (members.whole("version") != VERSION || !members.text("protocol").equals(PROTOCOL)) {
                throw new MalformedEvidenceException("an unknown version or protocol");
            }
            ClassicManifest manifest = new ClassicManifest(
                    new PeerName(members.text("device")),
                    members.hex("deviceKeySha256", Sha256.SIZE),
                    new ItemId(members.hex("uploadId", 16)),
                    members.text("name"),
                    members.text("mediaType"),
                    members.whole("size"),
                    members.hex("sha256", Sha256.SIZE),
                    ContentSignature.of(members.text("signature")),
                    members.instant("receivedAt"));
            members.end();
            return manifest;
        } catch (IllegalArgumentException e) {
            throw new MalformedEvidenceException("manifest: " + e.getMessage(), e);
        }
    }
}
