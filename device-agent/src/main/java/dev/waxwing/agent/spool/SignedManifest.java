package dev.waxwing.agent.spool;

import dev.waxwing.wire.Bytes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * A manifest with the device's signature. It is kept before it is sent, because a repeat must offer the same bytes.
 *
 * @param manifest canonical JSON
 * @param signature CMS, DER
 */
public record SignedManifest(Bytes manifest, Bytes signature) {

    /** SHA-256 of the manifest. */
    public Bytes sha256() {
        try {
            return Bytes.of(MessageDigest.getInstance("SHA-256").digest(manifest.toArray()));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
