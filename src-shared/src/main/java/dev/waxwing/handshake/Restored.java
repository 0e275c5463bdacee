package dev.waxwing.handshake;

import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import dev.waxwing.wire.Writer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * That a server went back in time: of what it accepted from {@code backTo} until {@code at} it may hold nothing any more (protocol
 * section 5.8).
 *
 * @param at when, by the server's clock, in whole milliseconds
 * @param backTo the time to which its state went back
 */
public record Restored(Instant at, Instant backTo) {

    static final int TYPE = 0x0001;

    /** How many a server tells at most; the latest. */
    public static final int MOST = 16;

    /** Whether something that was accepted at this time may be lost. */
    public boolean mayHaveLost(Instant acceptedAt) {
        return !acceptedAt.isBefore(backTo) && acceptedAt.isBefore(at);
    }

    static Extension encode(List<Restored> restored) {
        Writer out = Writer.growing();
        restored.forEach(one -> out.instant(one.at).instant(one.backTo));
        return new Extension(TYPE, out.toBytes());
    }

    static List<Restored> decode(Extension extension) throws ProtocolException {
        Reader in = Reader.of(extension.data());
        List<Restored> restored = new ArrayList<>();
        do {
            restored.add(new Restored(in.instant(), in.instant()));
        } while (in.hasRemaining());
        if (restored.size() > MOST) {
            throw ProtocolException.malformed("more than " + MOST + " restorations");
        }
        return List.copyOf(restored);
    }
}
