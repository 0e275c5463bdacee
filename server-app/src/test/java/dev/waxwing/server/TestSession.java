package dev.waxwing.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waxwing.channel.OutgoingRecord;
import dev.waxwing.channel.SecureChannel;
import dev.waxwing.media.DeviceMessage;
import dev.waxwing.media.ItemId;
import dev.waxwing.media.ServerMessage;
import dev.waxwing.media.UploadAck;
import dev.waxwing.media.UploadData;
import dev.waxwing.media.UploadOpen;
import dev.waxwing.media.UploadReady;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import dev.waxwing.wire.Writer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** One session of a test device: sends what a test says, and hands out what the server answers, in order. */
final class TestSession implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 20;

    private final SecureChannel channel;
    private final BlockingQueue<Object> events = new LinkedBlockingQueue<>();
    private volatile long endedAt;

    TestSession(SecureChannel channel) {
        this.channel = channel;
        Thread.ofVirtual().start(this::read);
    }

    SecureChannel channel() {
        return channel;
    }

    void send(DeviceMessage... messages) throws IOException {
        for (DeviceMessage message : messages) {
            OutgoingRecord record = channel.newRecord();
            message.encode(Writer.into(record.buffer()));
            channel.send(record);
        }
    }

    /** Offers an upload and sends its content up to this offset. */
    void begin(UploadOpen offer, byte[] content, int to) throws IOException, InterruptedException {
        send(offer);
        expect(UploadReady.class);
        sendData(offer.id(), content, 0, to);
    }

    /** Offers an upload again that the server has up to this offset, and sends the rest. */
    void resume(UploadOpen offer, byte[] content, int from) throws IOException, InterruptedException {
        send(offer);
        assertThat(expect(UploadReady.class).offset()).isEqualTo(from);
        sendData(offer.id(), content, from, content.length);
    }

    /** Sends content from one offset to another, in pieces of 64 KiB at most. */
    void sendData(ItemId id, byte[] content, int from, int to) throws IOException {
        for (int at = from; at < to; at += UploadData.MAX_DATA) {
            int length = Math.min(UploadData.MAX_DATA, to - at);
            send(new UploadData(id, at, ByteBuffer.wrap(content, at, length)));
        }
    }

    /** The next answer, which has to be of this type. */
    <T extends ServerMessage> T expect(Class<T> type) throws InterruptedException {
        Object event = next();
        if (type.isInstance(event)) {
            return type.cast(event);
        }
        throw new AssertionError("expected " + type.getSimpleName() + ", got " + event);
    }

    /** The next answer of this type; acknowledgements of uploads before it are passed over. */
    <T extends ServerMessage> T expectAfterAcks(Class<T> type) throws InterruptedException {
        Object event = next();
        while (event instanceof UploadAck && type != UploadAck.class) {
            event = next();
        }
        if (type.isInstance(event)) {
            return type.cast(event);
        }
        throw new AssertionError("expected " + type.getSimpleName() + ", got " + event);
    }

    /** Waits until the server has acknowledged an upload up to this offset at least. */
    long awaitAck(long offset) throws InterruptedException {
        long acknowledged = -1;
        while (acknowledged < offset) {
            acknowledged = expect(UploadAck.class).offset();
        }
        return acknowledged;
    }

    /** Waits for the end of the session, and says how it came; answers before it are passed over. */
    Exception expectEnd() throws InterruptedException {
        Object event = next();
        while (!(event instanceof Exception)) {
            event = next();
        }
        return (Exception) event;
    }

    /** When the device saw the end of the session, by {@link System#nanoTime()}; only after {@link #expectEnd}. */
    long endedAt() {
        return endedAt;
    }

    /** Breaks the connection as a failing network does. */
    void cut() {
        channel.abort();
    }

    @Override
    public void close() {
        channel.close();
    }

    private Object next() throws InterruptedException {
        Object event = events.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (event == null) {
            throw new AssertionError("no answer");
        }
        return event;
    }

    private void read() {
        try {
            ByteBuffer content = channel.receive();
            while (content != null) {
                Reader in = Reader.of(content);
                while (in.hasRemaining()) {
                    events.add(ServerMessage.decode(in));
                }
                content = channel.receive();
            }
            endedAt = System.nanoTime();
            events.add(new IOException("closed by the server"));
        } catch (IOException | ProtocolException e) {
            endedAt = System.nanoTime();
            events.add(e);
        }
    }
}
