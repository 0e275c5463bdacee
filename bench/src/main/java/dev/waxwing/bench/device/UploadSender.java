package dev.waxwing.bench.device;

import dev.waxwing.channel.OutgoingRecord;
import dev.waxwing.channel.SecureChannel;
import dev.waxwing.evidence.DetachedSignature;
import dev.waxwing.evidence.Manifest;
import dev.waxwing.media.DeviceMessage;
import dev.waxwing.media.ReceiptMessage;
import dev.waxwing.media.ServerMessage;
import dev.waxwing.media.UploadAck;
import dev.waxwing.media.UploadData;
import dev.waxwing.media.UploadOpen;
import dev.waxwing.media.UploadReady;
import dev.waxwing.media.UploadSeal;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import dev.waxwing.wire.Writer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Deque;

/** Sends uploads of one device from memory over one session (protocol section 13.3). Used by one thread, which also receives. */
public final class UploadSender implements AutoCloseable {

    private static final String NAME = "bench.bin";
    private static final String MEDIA_TYPE = "application/octet-stream";

    private final MemoryDevice device;
    private final SecureChannel channel;
    private final Deque<ServerMessage> answers = new ArrayDeque<>();

    private UploadSender(MemoryDevice device, SecureChannel channel) {
        this.device = device;
        this.channel = channel;
    }

    public static UploadSender connect(MemoryDevice device) throws IOException, ProtocolException {
        return new UploadSender(device, device.connect());
    }

    /**
     * Sends an upload and waits for its receipt.
     *
     * @param piece a record's worth of content, sent as often as the size needs
     */
    public void send(long size, byte[] piece) throws IOException, ProtocolException {
        UploadOpen open = new UploadOpen(
                device.freshId(),
                device.nextCounter(),
                size,
                Instant.now().truncatedTo(ChronoUnit.MILLIS),
                false,
                MEDIA_TYPE,
                NAME);
        send(open);
        UploadReady ready = await(UploadReady.class);
        MessageDigest digest = sha256();
        long acknowledged = 0;
        long sent = 0;
        while (sent < size) {
            int length = (int) Math.min(piece.length, size - sent);
            while (sent + length - acknowledged > ready.window()) {
                acknowledged = await(UploadAck.class).offset();
            }
            digest.update(piece, 0, length);
            send(new UploadData(open.id(), sent, ByteBuffer.wrap(piece, 0, length)));
            sent += length;
        }
        send(seal(open, Bytes.of(digest.digest())));
        ServerMessage answer = next();
        while (answer instanceof UploadAck) {
            answer = next();
        }
        if (!(answer instanceof ReceiptMessage)) {
            throw new IOException("no receipt but " + answer);
        }
    }

    private UploadSeal seal(UploadOpen open, Bytes sha256) {
        Bytes manifest = new Manifest(
                        device.name(),
                        open.id(),
                        open.counter(),
                        NAME,
                        MEDIA_TYPE,
                        open.size(),
                        sha256,
                        open.capturedAt(),
                        Manifest.NONE_BEFORE)
                .encode();
        return new UploadSeal(
                open.id(), manifest, DetachedSignature.sign(manifest, device.credential(), device.crypto()));
    }

    private void send(DeviceMessage message) throws IOException {
        OutgoingRecord record = channel.newRecord();
        try {
            message.encode(Writer.into(record.buffer()));
            channel.send(record);
        } finally {
            record.discard();
        }
    }

    private <T extends ServerMessage> T await(Class<T> type) throws IOException, ProtocolException {
        ServerMessage answer = next();
        if (!type.isInstance(answer)) {
            throw new IOException("not %s but %s".formatted(type.getSimpleName(), answer));
        }
        return type.cast(answer);
    }

    private ServerMessage next() throws IOException, ProtocolException {
        while (answers.isEmpty()) {
            ByteBuffer content = channel.receive();
            if (content == null) {
                throw new IOException("closed by the server");
            }
            Reader in = Reader.of(content);
            while (in.hasRemaining()) {
                answers.add(ServerMessage.decode(in));
            }
        }
        return answers.remove();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    @Override
    public void close() {
        channel.close();
    }
}
