package dev.waxwing.agent.upload;

import dev.waxwing.channel.OutgoingRecord;
import dev.waxwing.channel.SecureChannel;
import dev.waxwing.media.ApplicationMessage;
import dev.waxwing.wire.Writer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.Stream;

/** Sends records of application messages. */
record Sender(SecureChannel channel) {

    /** Fills a record, and throws only what the filling may throw. */
    @FunctionalInterface
    interface Filling<E extends Exception> {

        void fill(ByteBuffer record) throws E;
    }

    /** Sends one message in a record of its own. */
    void send(ApplicationMessage message) throws IOException {
        send(record -> message.encode(Writer.into(record)));
    }

    /** Sends what is filled in; nothing is sent if that fails. */
    <E extends Exception> void send(Filling<E> filling) throws IOException, E {
        OutgoingRecord record = channel.newRecord();
        try {
            filling.fill(record.buffer());
            transmit(() -> channel.send(record));
        } finally {
            record.discard();
        }
    }

    /** Sends records that are filled in order, with as few writes as that takes; nothing is sent if filling one fails. */
    <E extends Exception> void send(int count, Filling<E> filling) throws IOException, E {
        List<OutgoingRecord> records =
                Stream.generate(channel::newRecord).limit(count).toList();
        try {
            for (OutgoingRecord record : records) {
                filling.fill(record.buffer());
            }
            transmit(() -> channel.send(records));
        } finally {
            records.forEach(OutgoingRecord::discard);
        }
    }

    /** Tells a broken connection from a disk that fails: only the first can be mended by another session. */
    private static void transmit(Transmission transmission) throws ConnectionBrokenException {
        try {
            transmission.run();
        } catch (IOException broken) {
            throw new ConnectionBrokenException(broken);
        }
    }

    private interface Transmission {

        void run() throws IOException;
    }
}
