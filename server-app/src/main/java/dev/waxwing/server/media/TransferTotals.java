package dev.waxwing.server.media;

/**
 * How many transfers there are.
 *
 * @param accepted accepted transfers
 * @param receiving open ones
 * @param quarantined put aside
 * @param rejected refused for good
 * @param texts accepted groups of texts
 * @param images accepted images
 * @param videos accepted videos
 * @param files accepted others
 * @param acceptedBytes the content of all accepted transfers, in bytes
 */
public record TransferTotals(
        long accepted,
        long receiving,
        long quarantined,
        long rejected,
        long texts,
        long images,
        long videos,
        long files,
        long acceptedBytes) {}
