package dev.waxwing.server.ingest;

import dev.waxwing.media.RefusalReason;
import dev.waxwing.media.ServerMessage;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.Incident;

/** What a device is answered. */
sealed interface Answer {

    /** It is accepted, now or since an earlier offer. */
    record Receipted(Bytes receipt, Bytes signature) implements Answer {}

    /** It is refused, and the audit trail has it. */
    record Declined(RefusalReason reason, Incident incident) implements Answer {}

    /** It is to be refused. */
    record Refuse(Refusal refusal) implements Answer {}

    /** Something else. */
    record Said(ServerMessage message) implements Answer {}
}
