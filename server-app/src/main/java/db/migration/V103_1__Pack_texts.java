package db.migration;

import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.OffsetDateTime;
import java.util.HexFormat;
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

    @Override
    public void migrate(Context context) throws SQLException {
        Connection connection = context.getConnection();
        try (Statement statement = connection.createStatement();
                ResultSet texts = statement.executeQuery("""
                    SELECT device, counter, text_id, utf8, captured_at, received_at FROM text_message
                     ORDER BY device, counter
                    """);
                PreparedStatement insert = connection.prepareStatement("""
                    INSERT INTO text_block (device, first_counter, last_counter, number, first_id, last_id,
                                            received_at, content)
                    VALUES (?, ?, ?, ?, '', '', ?, ?)
                    """)) {
            Packing packing = new Packing(insert);
            while (texts.next()) {
                packing.add(
                        texts.getString("device"),
                        texts.getLong("counter"),
                        texts.getObject("received_at", OffsetDateTime.class),
                        entry(texts));
            }
            packing.endBlock();
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute("DROP TABLE text_message");
        }
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

    /** The block that is being filled. */
    private static final class Packing {

        private final PreparedStatement insert;
        private final ByteBuffer content = ByteBuffer.allocate(MAX_BYTES);
        private String device = "";
        private long first;
        private long next;
        private long number;
        private OffsetDateTime receivedAt = OffsetDateTime.MIN;

        Packing(PreparedStatement insert) {
            this.insert = insert;
        }

        void add(String device, long counter, OffsetDateTime receivedAt, byte[] entry) throws SQLException {
            boolean sameDevice = device.equals(this.device);
            if (!sameDevice || counter != next || next - first == MAX_TEXTS || entry.length > content.remaining()) {
                endBlock();
                this.number = sameDevice ? number + 1 : 1;
                this.device = device;
                this.first = counter;
                this.receivedAt = receivedAt;
            }
            next = counter + 1;
            content.put(entry);
        }

        void endBlock() throws SQLException {
            if (content.position() == 0) {
                return;
            }
            insert.setString(1, device);
            insert.setLong(2, first);
            insert.setLong(3, next - 1);
            insert.setLong(4, number);
            insert.setObject(5, receivedAt);
            byte[] bytes = new byte[content.position()];
            content.flip().get(bytes);
            content.clear();
            insert.setBytes(6, bytes);
            insert.executeUpdate();
        }
    }
}
