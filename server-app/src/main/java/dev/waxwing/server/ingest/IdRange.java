package dev.waxwing.server.ingest;

import dev.waxwing.media.ItemId;
import dev.waxwing.wire.Bytes;
import java.util.Collection;

/** Ids from a first to a last, in the order of their digits. */
record IdRange(Bytes first, Bytes last) {

    /** Has no id. */
    static final IdRange EMPTY = new IdRange(Bytes.EMPTY, Bytes.EMPTY);

    /**
     * Those of the ids that are beyond another, from the lowest to the highest.
     *
     * @param highest the other, or nothing, which all are beyond
     */
    static IdRange beyond(Bytes highest, Collection<ItemId> ids) {
        IdRange range = EMPTY;
        for (ItemId id : ids) {
            if (id.value().compareTo(highest) > 0) {
                range = range.with(id.value());
            }
        }
        return range;
    }

    private IdRange with(Bytes id) {
        if (isEmpty()) {
            return new IdRange(id, id);
        }
        if (id.compareTo(last) > 0) {
            return new IdRange(first, id);
        }
        return id.compareTo(first) < 0 ? new IdRange(id, last) : this;
    }

    boolean isEmpty() {
        return first.isEmpty();
    }

    boolean has(ItemId id) {
        return first.compareTo(id.value()) <= 0 && id.value().compareTo(last) <= 0;
    }
}
