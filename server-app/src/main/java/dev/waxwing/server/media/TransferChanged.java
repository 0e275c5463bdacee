package dev.waxwing.server.media;

/**
 * Published after a transfer was opened, or came to another state, and the change is durable.
 *
 * @param transfer as it is now
 */
public record TransferChanged(Transfer transfer) {}
