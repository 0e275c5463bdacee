package dev.waxwing.server.ingest;

/** What opening an upload came to. */
sealed interface Opening {

    /** It may be sent, from where the server's part ends. */
    record Ready(IncomingUpload.Held held) implements Opening {}

    /** There is nothing to send. */
    record Answered(Answer answer) implements Opening {}
}
