package dev.waxwing.agent.command;

import dev.waxwing.agent.home.AgentFailure;
import dev.waxwing.agent.spool.QueuedFile;
import dev.waxwing.agent.spool.QueuedText;
import dev.waxwing.agent.spool.Spool;
import dev.waxwing.agent.spool.SpoolView;
import dev.waxwing.agent.spool.TextGroup;
import dev.waxwing.wire.Quantity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Lists what has no receipt yet. */
final class QueueCommand implements AgentCommand {

    private static final Usage USAGE = new Usage(
            "queue",
            "",
            "list what has no receipt yet",
            List.of(
                    "Lists the texts and files that were accepted for sending and have no receipt yet.",
                    "They are sent with the next 'text', 'send' or 'connect'."),
            0,
            0,
            List.of());

    @Override
    public Usage usage() {
        return USAGE;
    }

    @Override
    public Result run(Invocation invocation) throws IOException, AgentFailure {
        Device device = invocation.device();
        SpoolView queue = Spool.view(device.spoolDirectory(device.identity()));
        List<Item> items = items(queue);
        List<String> text = new ArrayList<>(Items.table(items));
        text.add(summary(queue));
        return Result.done(text).withItems(items);
    }

    static List<Item> items(SpoolView queue) {
        List<Item> items = new ArrayList<>();
        queue.groups().forEach(group -> group.texts().forEach(text -> items.add(item(text, "sealed"))));
        queue.texts().forEach(text -> items.add(item(text, text.acknowledged() ? "acknowledged" : "queued")));
        queue.files().forEach(file -> items.add(item(file)));
        return items;
    }

    static Item item(QueuedText text, String state) {
        long size = text.text().getBytes(StandardCharsets.UTF_8).length;
        return new Item(text.id().toString(), Items.excerpt(text.text()), size, null, state, null);
    }

    static Item item(QueuedFile file) {
        String state = file.manifest() == null ? "queued" : "sealed";
        return new Item(file.id().toString(), file.name(), file.size(), null, state, null);
    }

    static String summary(SpoolView queue) {
        if (queue.isEmpty()) {
            return "nothing waits";
        }
        int texts = queue.texts().size()
                + queue.groups().stream()
                        .map(TextGroup::texts)
                        .mapToInt(List::size)
                        .sum();
        return "%s and %s wait"
                .formatted(Quantity.of(texts, "text"), Quantity.of(queue.files().size(), "file"));
    }
}
