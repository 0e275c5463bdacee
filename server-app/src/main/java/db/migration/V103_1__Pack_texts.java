package db.migration;

import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.flywaydb.core.api.migration.BaseJavaMigration;
import org.flywaydb.core.api.migration.Context;

/**
 * Moves texts that have a row each into blocks. They keep their rows in {@code offer}, so no block needs a range of ids. What a
 * block is, V103 says; it is written down here once more, because a migration does not change any more.
 */
public final class V103_1__Pack_texts extends BaseJavaMigration {

    private static final int MAX_BYTES = 64 << 10;
    private static final int MAX_TEXTS = 1_000;
    private static final int HEAD_BYTES = 16 + Long.BYTES + 3;

    /** What is in memory at once; a text has up to 60,000 bytes. */
    private static final int PAGE = 500;

    @Override
    public void migrate(Context context) throws SQLException {
        Connection connection = context.getConnection();
        if (!hasOldTexts(connection)) {
            return; // H2 commits with the DROP below: the process ended before this migration was noted as done.
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute("DELETE FROM text_block"); // what a migration that was cut off has left
        }
        for (String device : devices(connection)) {
            pack(connection, device);
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute("DROP TABLE text_message");
        }
    }

    private static boolean hasOldTexts(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet tables = statement.executeQuery("""
                    SELECT table_name FROM information_schema.tables WHERE LOWER(table_name) = 'text_message'
                    """)) {
            return tables.next();
        }
    }

    private static List<String> devices(Connection connection) throws SQLException {
        List<String> devices = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT DISTINCT device FROM text_message")) {
            while (rows.next()) {
                devices.add(rows.getString("device"));
            }
        }
        return devices;
    }

    private static void pack(Connection connection, String device) throws SQLException {
        try (PreparedStatement page = connection.prepareStatement("""
            SELECT counter, text_id, utf8, captured_at, received_at FROM text_message
             WHERE device = ? AND counter > ?
             ORDER BY device, counter
             FETCH FIRST %d ROWS ONLY
            """.formatted(PAGE));
                PreparedStatement insert = connection.prepareStatement("""
                    INSERT INTO text_block (device, first_counter, last_counter, number, first_id, last_id,
                                            received_at, content)
                    VALUES (?, ?, ?, ?, '', '', ?, ?)
                    """)) {
            page.setString(1, device);
            insert.setString(1, device);
            Packing packing = new Packing(insert);
            int texts = PAGE;
            while (texts == PAGE) {
                page.setLong(2, packing.last);
                texts = pack(page, packing);
            }
            packing.endBlock();
        }
    }

    private static int pack(PreparedStatement page, Packing packing) throws SQLException {
        int texts = 0;
        try (ResultSet rows = page.executeQuery()) {
            while (rows.next()) {
                packing.add(rows.getLong("counter"), rows.getObject("received_at", OffsetDateTime.class), entry(rows));
                texts++;
            }
        }
        return texts;
    }

    private static byte[] entry(ResultSet text) throws SQLException {
        byte[] utf8 = text.getBytes("utf8");
        return ByteBuffer.allocate(HEAD_BYTES + utf8.length)
                .put(HexFormat.of().parseHex(text.getString("text_id")))
                .putLong(text.getObject("captured_at", OffsetDateTime.class)
                        .toInstant()
                        .toEpochMilli())
                .put((byte) (utf8.length >>> 16))
                .putShort((short) utf8.length)
                .put(utf8)
                .array();
    }

    /** The block of a device that is being filled. */
    private static final class Packing {

        private final PreparedStatement insert;
        private final ByteBuffer content = ByteBuffer.allocate(MAX_BYTES);
        private long first;
        private long last;
        private long number;
        private OffsetDateTime receivedAt = OffsetDateTime.MIN;

        Packing(PreparedStatement insert) {
            this.insert = insert;
        }

        void add(long counter, OffsetDateTime receivedAt, byte[] entry) throws SQLException {
            if (counter != last + 1 || counter - first == MAX_TEXTS || entry.length > content.remaining()) {
                endBlock();
            }
            if (content.position() == 0) {
                this.first = counter;
                this.receivedAt = receivedAt;
            }
            last = counter;
            content.put(entry);
        }

        void endBlock() throws SQLException {
            if (content.position() == 0) {
                return;
            }
            number++;
            insert.setLong(2, first);
            insert.setLong(3, last);
            insert.setLong(4, number);
            insert.setObject(5, receivedAt);
            insert.setBytes(6, Arrays.copyOf(content.array(), content.position()));
            insert.executeUpdate();
            content.clear();
        }
    }
}
