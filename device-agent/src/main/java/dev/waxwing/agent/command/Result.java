package dev.waxwing.agent.command;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a command did.
 *
 * @param error what went wrong, for a person; null when everything succeeded
 * @param reference the incident the administrator can look up; null when there is none
 * @param advice what to do next; null when there is nothing to say
 * @param items what it was done to
 * @param members further members of the JSON object: strings, numbers, booleans, lists and maps of these
 * @param text what a person sees on standard output, line by line
 */
record Result(
        @Nullable String error,
        @Nullable String reference,
        @Nullable String advice,
        List<Item> items,
        Map<String, Object> members,
        List<String> text) {

    Result {
        items = List.copyOf(items);
        text = List.copyOf(text);
    }

    static Result done(List<String> text) {
        return new Result(null, null, null, List.of(), Map.of(), text);
    }

    static Result failed(String error, @Nullable String reference, @Nullable String advice) {
        return new Result(error, reference, advice, List.of(), Map.of(), List.of());
    }

    Result withItems(List<Item> listed) {
        return new Result(error, reference, advice, listed, members, text);
    }

    Result withText(List<String> lines) {
        return new Result(error, reference, advice, items, members, lines);
    }

    /** Adds one member to the JSON object; a null value is left out. */
    Result with(String name, @Nullable Object value) {
        if (value == null) {
            return this;
        }
        Map<String, Object> more = new LinkedHashMap<>(members);
        more.put(name, value);
        return new Result(error, reference, advice, items, more, text);
    }

    boolean isDone() {
        return error == null;
    }
}
