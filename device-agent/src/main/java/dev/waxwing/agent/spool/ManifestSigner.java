package dev.waxwing.agent.spool;

import dev.waxwing.media.ItemId;
import dev.waxwing.wire.Bytes;
import java.time.Instant;

/** Makes and signs a manifest, once the spool knows what stands in it. */
@FunctionalInterface
public interface ManifestSigner {

    /**
     * @param counter the device's number for what is signed
     * @param id of what is signed
     * @param capturedAt in whole milliseconds
     * @param previousManifestSha256 of the manifest that this device signed before
     */
    SignedManifest sign(long counter, ItemId id, Instant capturedAt, Bytes previousManifestSha256);
}
