package dev.waxwing.server.ingest;

/** Knows whether who offers something still may. Asked by the writer inside its transactions. */
@FunctionalInterface
interface SenderStatus {

    /** Whether the certificate with which the session was opened is revoked. */
    boolean isRevoked(Sender sender);
}
