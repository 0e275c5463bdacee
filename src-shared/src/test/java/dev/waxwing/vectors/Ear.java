package dev.waxwing.vectors;

import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.handshake.Action;
import dev.waxwing.handshake.Action.AskAdmission;
import dev.waxwing.handshake.Action.ChangeReceivingKeys;
import dev.waxwing.handshake.Action.Connect;
import dev.waxwing.handshake.DeviceHandshake;
import dev.waxwing.handshake.Rekeying;
import dev.waxwing.handshake.ServerHandshake;
import dev.waxwing.recordlayer.ContentType;
import dev.waxwing.recordlayer.Direction;
import dev.waxwing.recordlayer.Opener;
import dev.waxwing.recordlayer.RecordHeader;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The receiving half of one end: it opens records, and follows the handshake so far as to know the keys. A record that does
 * not open leaves it as it was, so that many can be tried in the place of one.
 */
final class Ear {

    private static final SecureRandom RANDOM = new SecureRandom();

    /** Either end's handshake. */
    private interface Handshake {
        List<Action> receive(ByteBuffer content) throws ProtocolException;
    }

    private final CryptoProvider crypto;
    private final Opener opener;
    private final Handshake handshake;

    /** In the recorded session it is the device that begins a ratchet, as soon as it is connected. */
    private final boolean beginsRatchet;

    private @Nullable Rekeying rekeying;

    private Ear(CryptoProvider crypto, Direction heard, Handshake handshake) {
        this.crypto = crypto;
        this.opener = new Opener(heard);
        this.handshake = handshake;
        this.beginsRatchet = heard == Direction.SERVER_TO_DEVICE;
    }

    static Ear of(CryptoProvider crypto, ServerHandshake server) {
        return new Ear(crypto, Direction.DEVICE_TO_SERVER, content -> {
            List<Action> actions = server.receive(content);
            if (!actions.isEmpty() && actions.getLast() instanceof AskAdmission) {
                actions.addAll(server.admit(Playback.GRANT));
            }
            return actions;
        });
    }

    static Ear of(CryptoProvider crypto, DeviceHandshake device) {
        device.start();
        return new Ear(crypto, Direction.SERVER_TO_DEVICE, device::receive);
    }

    int epoch() {
        return opener.epoch();
    }

    /** Opens a record and does nothing with it. */
    ContentType open(byte[] record) throws ProtocolException {
        return open(memory(record));
    }

    /** Takes a record for what it is. */
    void hear(Bytes record) throws ProtocolException {
        ByteBuffer memory = memory(record.toArray());
        if (open(memory) == ContentType.HANDSHAKE) {
            perform(rekeying == null ? handshake.receive(memory) : rekeying.receive(memory, opener.records() - 1));
        }
    }

    private void perform(List<Action> actions) {
        for (Action action : actions) {
            switch (action) {
                case ChangeReceivingKeys change -> change(change);
                case Connect(var _, Rekeying renewal) -> {
                    rekeying = renewal;
                    if (beginsRatchet) {
                        renewal.ratchet();
                    }
                }
                default -> {}
            }
        }
    }

    private ByteBuffer memory(byte[] record) {
        return crypto.allocate(record.length).put(record).flip();
    }

    /** Afterwards the memory spans the content. */
    private ContentType open(ByteBuffer memory) throws ProtocolException {
        RecordHeader header = RecordHeader.decode(memory);
        opener.check(header);
        if (header.length() != memory.remaining() - RecordHeader.SIZE) {
            // A stream would wait for more bytes, or find the rest of this record in the place of the next header.
            // Either
            // way this many bytes are not what was sealed.
            memory.limit(Math.min(memory.limit(), RecordHeader.SIZE + header.length()));
        }
        return opener.open(header, memory.position(RecordHeader.SIZE));
    }

    private void change(ChangeReceivingKeys change) {
        if (change.lateAlertAllowed()) {
            opener.changeAllowingLateAlert(change.epoch(), change.session(), crypto.aead(change.keys(), RANDOM));
        } else {
            opener.change(change.epoch(), change.session(), crypto.aead(change.keys(), RANDOM));
        }
    }
}
