package dev.waxwing.evidence;

import dev.waxwing.media.ItemId;
import dev.waxwing.trust.PeerName;
import dev.waxwing.wire.Bytes;

/** What a manifest says about one transfer, whoever says it: its device, or for classic the server. */
public sealed interface Statement permits Manifest, ClassicManifest {

    /** Who sent the content. */
    PeerName device();

    /** The id of the transfer. */
    ItemId uploadId();

    /** As offered; for display only. */
    String name();

    /** Of the content, in bytes. */
    long size();

    /** Of the content. */
    Bytes sha256();
}
