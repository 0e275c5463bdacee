package dev.waxwing.server.ingest;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What a database holds of a device's texts, sealed or not. */
public final class HeldTexts {

    private HeldTexts() {}

    /** In the order of their counters. */
    public static List<String> of(JdbcOperations database, String device) {
        JdbcClient jdbc = JdbcClient.create(database);
        TextBlocks blocks = new TextBlocks(jdbc, database);
        return jdbc
                .sql("SELECT last_counter FROM text_block WHERE device = :device ORDER BY last_counter")
                .param("device", device)
                .query(Long.class)
                .list()
                .stream()
                .flatMap(counter -> blocks.with(device, counter).orElseThrow().texts().stream())
                .map(text -> new String(text.utf8().toArray(), StandardCharsets.UTF_8))
                .toList();
    }
}
