package dev.waxwing.agent.upload;

import dev.waxwing.agent.spool.QueuedFile;

/**
 * How far one upload has got.
 *
 * @param file what is sent
 * @param from where this session began to send, in bytes
 * @param acknowledged how many bytes the server holds durably
 */
public record UploadProgress(QueuedFile file, long from, long acknowledged) {}
