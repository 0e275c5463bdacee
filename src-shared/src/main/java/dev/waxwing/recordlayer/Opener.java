package dev.waxwing.recordlayer;

import dev.waxwing.crypto.Aead;
import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.SessionId;
import java.nio.ByteBuffer;
import javax.crypto.AEADBadTagException;
import org.jspecify.annotations.Nullable;

/**
 * Opens the records of one direction, in place (protocol section 3). It starts in epoch 0, plain. Every failure is the
 * same {@code protocol_error}. Owned by the reading thread; any thread may ask for the epoch and what its key has opened.
 */
public final class Opener implements AutoCloseable {

    private final Direction direction;
    private final int maxRecords;
    private volatile @Nullable Epoch current;
    private boolean lateAlertAllowed;
    private @Nullable Epoch previous;

    public Opener(Direction direction) {
        this(direction, Epoch.MAX_RECORDS);
    }

    Opener(Direction direction, int maxRecords) {
        this.direction = direction;
        this.maxRecords = maxRecords;
    }

    /** Changes to the next key; the old one is wiped. */
    public void change(int number, SessionId session, Aead aead) {
        close();
        lateAlertAllowed = false;
        previous = null;
        current = new Epoch(number, direction, session, aead, maxRecords);
    }

    /**
     * Changes to the next key, but until a record of the new epoch has come, the old epoch may still carry an alert
     * (protocol section 3.4).
     */
    public void changeAllowingLateAlert(int number, SessionId session, Aead aead) {
        previous = current;
        lateAlertAllowed = true;
        current = new Epoch(number, direction, session, aead, maxRecords);
    }

    public int epoch() {
        return current == null ? 0 : current.number();
    }

    /** How many records the current key has opened. */
    public long records() {
        return current == null ? 0 : current.records();
    }

    /** Whether a record with this header may come now; to be asked before memory is taken for its payload. */
    public void check(RecordHeader header) throws ProtocolException {
        if (header.epoch() != epoch() && !isLate(header)) {
            throw ProtocolException.malformed("record of epoch " + header.epoch() + " in epoch " + epoch());
        }
        Epoch epoch = isLate(header) ? previous : current;
        if (epoch != null && !epoch.fits(header.length())) {
            throw ProtocolException.malformed("a payload of " + header.length() + " bytes under " + epoch.suite());
        }
        if (current != null && current.isSpent()) {
            throw ProtocolException.malformed("more records under one key than it may protect");
        }
    }

    /**
     * Opens a payload.
     *
     * @param payload its remaining bytes; afterwards it spans the content
     */
    public ContentType open(RecordHeader header, ByteBuffer payload) throws ProtocolException {
        check(header);
        if (isLate(header)) {
            return openLate(header, payload);
        }
        unprotect(current, header, payload);
        forgetPrevious();
        return strip(header, payload);
    }

    /** Wipes the keys. */
    @Override
    public void close() {
        if (current != null) {
            current.close();
        }
        forgetPrevious();
    }

    private ContentType openLate(RecordHeader header, ByteBuffer payload) throws ProtocolException {
        unprotect(previous, header, payload);
        ContentType type = strip(header, payload);
        if (type != ContentType.ALERT) {
            throw ProtocolException.malformed(type + " under a key that its sender has left");
        }
        return type;
    }

    private boolean isLate(RecordHeader header) {
        return lateAlertAllowed && header.epoch() == (previous == null ? 0 : previous.number());
    }

    private void forgetPrevious() {
        if (previous != null) {
            previous.close();
            previous = null;
        }
        lateAlertAllowed = false;
    }

    private static void unprotect(@Nullable Epoch epoch, RecordHeader header, ByteBuffer payload)
            throws ProtocolException {
        if (epoch == null) {
            return;
        }
        try {
            epoch.open(header, payload);
        } catch (AEADBadTagException e) {
            throw new ProtocolException(AlertCode.PROTOCOL_ERROR, "record does not open", e);
        }
    }

    /** Takes padding and content type off the inner form (protocol section 3.2). */
    private static ContentType strip(RecordHeader header, ByteBuffer inner) throws ProtocolException {
        int last = inner.limit() - 1;
        while (last >= inner.position() && inner.get(last) == 0) {
            last--;
        }
        if (last < inner.position()) {
            throw ProtocolException.malformed("record without a content type");
        }
        if (header.epoch() == 0 && last != inner.limit() - 1) {
            throw ProtocolException.malformed("plain record with padding");
        }
        ContentType type = ContentType.of(Byte.toUnsignedInt(inner.get(last)), header.epoch());
        inner.limit(last);
        if (inner.remaining() > RecordHeader.MAX_CONTENT) {
            throw ProtocolException.malformed("content of " + inner.remaining() + " bytes");
        }
        if (inner.hasRemaining() == (type == ContentType.CLOSE)) {
            throw ProtocolException.malformed(type + " with " + inner.remaining() + " bytes of content");
        }
        return type;
    }
}
