package dev.waxwing.ca.web;

import java.util.List;
import java.util.function.LongSupplier;

/**
 * One page of a list, newest first.
 *
 * @param items what is on this page
 * @param page its number, from 0
 * @param size how many items a full page has
 * @param total how many items all pages have
 */
public record Page<T>(List<T> items, int page, int size, long total) {

    /** Most items that one page may be asked to have. */
    public static final int MAX_SIZE = 200;

    /** How many items a page has unless asked otherwise. */
    public static final String DEFAULT_SIZE = "50";

    /** Copies the items. */
    public Page {
        items = List.copyOf(items);
    }

    /**
     * A page of a list whose total costs something: it is asked for only when the page does not tell it by ending early.
     *
     * @param count how many items all pages have
     */
    public static <T> Page<T> of(List<T> items, int page, int size, LongSupplier count) {
        boolean isLast = items.size() < size && (page == 0 || !items.isEmpty());
        return new Page<>(items, page, size, isLast ? (long) page * size + items.size() : count.getAsLong());
    }
}
