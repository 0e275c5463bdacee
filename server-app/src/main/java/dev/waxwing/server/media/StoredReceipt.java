package dev.waxwing.server.media;

import dev.waxwing.wire.Bytes;

/**
 * A receipt as the device has it.
 *
 * @param json canonical JSON (docs/protocol.md, section 14.3)
 * @param signature detached CMS, DER
 */
public record StoredReceipt(Bytes json, Bytes signature) {}
