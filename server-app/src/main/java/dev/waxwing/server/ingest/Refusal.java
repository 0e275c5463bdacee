package dev.waxwing.server.ingest;

import dev.waxwing.media.RefusalReason;

/**
 * Why something offered is not taken.
 *
 * @param reason what the device is told
 * @param detail what the audit log is told
 */
record Refusal(RefusalReason reason, String detail) {}
