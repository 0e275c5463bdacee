package dev.waxwing.agent.command;

import dev.waxwing.agent.spool.Settled;
import java.util.ArrayList;
import java.util.List;

/** Shows items to a person. */
final class Items {

    private static final int EXCERPT = 40;

    private Items() {}

    static Item of(Settled settled) {
        return new Item(
                settled.id().toString(),
                settled.name(),
                settled.size(),
                settled.sha256(),
                settled.isAccepted() ? "accepted" : "refused",
                settled.receiptId());
    }

    /** A table with a head; nothing for no items. */
    static List<String> table(List<Item> items) {
        if (items.isEmpty()) {
            return List.of();
        }
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("ID", "STATE", "SIZE", "RECEIPT", "NAME"));
        for (Item item : items) {
            Long size = item.size();
            String receipt = item.receiptId();
            rows.add(List.of(
                    item.id(),
                    item.state(),
                    size == null ? "-" : Tables.size(size),
                    receipt == null ? "-" : receipt,
                    Words.shown(item.name())));
        }
        return Tables.columns(rows);
    }

    /** The beginning of a text, on one line. */
    static String excerpt(String text) {
        String line = text.strip().lines().findFirst().orElse("");
        if (line.codePointCount(0, line.length()) <= EXCERPT) {
            return line;
        }
        return line.substring(0, line.offsetByCodePoints(0, EXCERPT)) + "…";
    }
}
