package dev.waxwing.server.web;

import dev.waxwing.ca.web.Page;
import java.util.function.Function;

/** Shows what is on a page in another form. */
final class Pages {

    private Pages() {}

    static <T, R> Page<R> map(Page<T> page, Function<? super T, ? extends R> form) {
        return new Page<R>(page.items().stream().<R>map(form).toList(), page.page(), page.size(), page.total());
    }
}
