package dev.waxwing.server.ingest;

import java.util.List;

/** Ids from a first to a last, 32 hex digits each, in the order of their digits. */
record IdRange(String first, String last) {

    /** Has no id. */
    static final IdRange EMPTY = new IdRange("", "");

    /** Those of the ids that are beyond another, from the lowest to the highest. */
    static IdRange beyond(String highest, List<String> ids) {
        List<String> ascending =
                ids.stream().filter(id -> id.compareTo(highest) > 0).sorted().toList();
        return ascending.isEmpty() ? EMPTY : new IdRange(ascending.getFirst(), ascending.getLast());
    }

    boolean has(String id) {
        return first.compareTo(id) <= 0 && id.compareTo(last) <= 0;
    }
}
