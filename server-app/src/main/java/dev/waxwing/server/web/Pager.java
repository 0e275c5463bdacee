package dev.waxwing.server.web;

import dev.waxwing.ca.web.Page;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.web.util.UriComponentsBuilder;

/**
 * The line below a list: which entries are shown, and the way to the others.
 *
 * @param first number of the first entry shown, from 1; 0 when there is none
 * @param last number of the last entry shown
 * @param total how many there are
 * @param newer where the page before is, or null
 * @param older where the page after is, or null
 */
record Pager(
        long first,
        long last,
        long total,
        @Nullable String newer,
        @Nullable String older) {

    /**
     * @param path of the list
     * @param filters that every page of the list keeps; null and blank ones are left out
     */
    static Pager of(Page<?> page, String path, Map<String, ? extends @Nullable Object> filters) {
        long before = (long) page.page() * page.size();
        long shown = page.items().size();
        return new Pager(
                shown == 0 ? 0 : before + 1,
                before + shown,
                page.total(),
                page.page() == 0 ? null : link(path, filters, page.page() - 1),
                before + shown >= page.total() ? null : link(path, filters, page.page() + 1));
    }

    private static String link(String path, Map<String, ? extends @Nullable Object> filters, int page) {
        UriComponentsBuilder link = UriComponentsBuilder.fromPath(path);
        Map<String, Object> values = new LinkedHashMap<>();
        filters.forEach((name, value) -> {
            if (value != null && !value.toString().isBlank()) {
                link.queryParam(name, "{" + name + "}");
                values.put(name, value);
            }
        });
        if (page > 0) {
            link.queryParam("page", page);
        }
        return link.encode().buildAndExpand(values).toUriString();
    }
}
