package dev.waxwing.server.session;

/**
 * What the dashboard counts, as of now.
 *
 * @param sessions live sessions
 * @param openUploads uploads under way in them
 * @param receivedBytes content received since the server started, in bytes
 * @param bytesPerSecond content received, averaged over the last ten seconds
 * @param texts texts accepted since the server started
 * @param textsPerSecond texts accepted, averaged over the last ten seconds
 * @param refusals handshakes refused since the server started
 */
public record LiveNumbers(
        int sessions,
        int openUploads,
        long receivedBytes,
        double bytesPerSecond,
        long texts,
        double textsPerSecond,
        long refusals) {}
