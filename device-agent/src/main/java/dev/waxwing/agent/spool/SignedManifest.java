package dev.waxwing.agent.spool;

import dev.waxwing.evidence.Manifest;
import dev.waxwing.wire.Bytes;

/**
 * A manifest with the device's signature. It is kept before it is sent, because a repeat must offer the same bytes.
 *
 * @param manifest canonical JSON
 * @param signature CMS, DER
 */
public record SignedManifest(Bytes manifest, Bytes signature) {

    /** SHA-256 of the manifest. */
    public Bytes sha256() {
        return Manifest.sha256(manifest);
    }
}
