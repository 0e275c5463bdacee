package dev.waxwing.classic;

import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * One session, seen from the server: takes records until the device ends it. Closing wipes the keys; the connection is the
 * caller's. Owned by one thread.
 */
public final class ClassicServerSession implements AutoCloseable {

    private final Wire wire;
    private final ClassicCertificate device;
    private final Bytes deviceNonce;
    private final SessionKeys keys;
    private final ClassicLimits limits;

    ClassicServerSession(
            Wire wire, ClassicCertificate device, Bytes deviceNonce, SessionKeys keys, ClassicLimits limits) {
        this.wire = wire;
        this.device = device;
        this.deviceNonce = deviceNonce;
        this.keys = keys;
        this.limits = limits;
    }

    /** The device that was let in. */
    public ClassicCertificate device() {
        return device;
    }

    /** What the device put into the key derivation: 16 bytes, which the gate saw as well. */
    public Bytes deviceNonce() {
        return deviceNonce;
    }

    /**
     * Takes records until the device says that there are no more, which nothing authenticates.
     *
     * <p>As in the handshake, time is the caller's business, and so is closing the connection without another byte after
     * any exception.
     *
     * @throws ProtocolException if the device broke the protocol or the receiver would not have its text
     * @throws dev.waxwing.wire.TruncatedException if the stream ended without {@code <ENDD>}
     * @throws IOException if the connection broke or the receiver failed
     */
    public void serve(ClassicReceiver receiver) throws IOException, ProtocolException, InterruptedException {
        while (true) {
            Header header = wire.header();
            switch (header) {
                case SECX -> takeText(receiver);
                case IMGX -> takeFile(receiver);
                case ENDD -> {
                    return;
                }
                case HELO, PREM -> throw ProtocolException.malformed(header + " in a session that is set up");
            }
        }
    }

    private void takeText(ClassicReceiver receiver) throws IOException, ProtocolException, InterruptedException {
        String text =
                decode(SealedRecord.read(wire, limits.maxTextRecord(), keys).all());
        if (receiver.text(text) == ClassicVerdict.REJECTED) {
            throw new ProtocolException(AlertCode.POLICY, "a text that was not taken");
        }
        wire.acknowledge(Acknowledgement.SEC_TEXT_RECEIVED, device.publicKey());
    }

    private void takeFile(ClassicReceiver receiver) throws IOException, ProtocolException, InterruptedException {
        SealedRecord record = SealedRecord.read(wire, limits.maxFileRecord(), keys);
        ClassicFile file = FilePayload.read(record, limits.maxFile(), device.publicKey());
        Acknowledgement answer = receiver.file(file) == ClassicVerdict.ACCEPTED
                ? Acknowledgement.IMX_RECEIVED
                : Acknowledgement.IMX_REJECTED;
        wire.acknowledge(answer, device.publicKey());
    }

    private static String decode(byte[] utf8) throws ProtocolException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(utf8))
                    .toString();
        } catch (CharacterCodingException e) {
            throw ProtocolException.malformed("a text in ill-formed UTF-8");
        }
    }

    /** Wipes the keys; a second call does nothing. */
    @Override
    public void close() {
        keys.close();
    }
}
