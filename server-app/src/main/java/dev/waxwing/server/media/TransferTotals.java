package dev.waxwing.server.media;

import java.util.List;
import java.util.function.Predicate;

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
        long acceptedBytes) {

    static TransferTotals of(List<Sort> sorts) {
        List<Sort> accepted = sorts.stream().filter(in(TransferState.ACCEPTED)).toList();
        return new TransferTotals(
                number(sorts, in(TransferState.ACCEPTED)),
                number(sorts, in(TransferState.RECEIVING)),
                number(sorts, in(TransferState.QUARANTINED)),
                number(sorts, in(TransferState.REJECTED)),
                number(accepted, is(TransferKind.TEXT)),
                number(accepted, is(TransferKind.IMAGE)),
                number(accepted, is(TransferKind.VIDEO)),
                number(accepted, is(TransferKind.FILE)),
                accepted.stream().mapToLong(Sort::bytes).sum());
    }

    private static Predicate<Sort> in(TransferState state) {
        return sort -> sort.state() == state;
    }

    private static Predicate<Sort> is(TransferKind kind) {
        return sort -> sort.kind() == kind;
    }

    private static long number(List<Sort> sorts, Predicate<Sort> wanted) {
        return sorts.stream().filter(wanted).mapToLong(Sort::number).sum();
    }

    /** How many transfers of one kind are in one state, and what they are said to hold together. */
    record Sort(TransferState state, TransferKind kind, long number, long bytes) {}
}
