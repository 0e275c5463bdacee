package dev.waxwing.agent.upload;

import dev.waxwing.channel.OutgoingRecord;
import dev.waxwing.channel.SecureChannel;
import dev.waxwing.media.ApplicationMessage;
import dev.waxwing.wire.Writer;
import java.io.IOException;
import java.nio.ByteBuffer;

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
            transmit(record);
        } finally {
            record.discard();
        }
    }

    /** Tells a broken connection from a disk that fails: only the first can be mended by another session. */
    private void transmit(OutgoingRecord record) throws ConnectionBrokenException {
        try {
            channel.send(record);
        } catch (IOException broken) {
            throw new ConnectionBrokenException(broken);
        }
    }
}
