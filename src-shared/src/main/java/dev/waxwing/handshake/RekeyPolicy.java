package dev.waxwing.handshake;

import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import dev.waxwing.wire.Writer;
import java.time.Duration;

/**
 * When keys are to be renewed inside a session, as the server announces it (protocol sections 5.3 and 10).
 *
 * @param keyUpdateRecords 1 to 2^20
 * @param keyUpdateBytes 1 to 2^30
 * @param keyUpdateAfter 1 to 600 seconds
 * @param ratchetBytes 1 to 2^36
 * @param ratchetAfter 1 to 3,600 seconds
 */
public record RekeyPolicy(
        long keyUpdateRecords, long keyUpdateBytes, Duration keyUpdateAfter, long ratchetBytes, Duration ratchetAfter) {

    private static final long MAX_RECORDS = 1L << 20;
    private static final long MAX_BYTES = 1L << 30;
    private static final long MAX_SECONDS = 600;
    private static final long MAX_RATCHET_BYTES = 1L << 36;
    private static final long MAX_RATCHET_SECONDS = 3_600;

    public RekeyPolicy {
        require("records before a key update", keyUpdateRecords, MAX_RECORDS);
        require("bytes before a key update", keyUpdateBytes, MAX_BYTES);
        require("seconds before a key update", keyUpdateAfter.toSeconds(), MAX_SECONDS);
        require("bytes before a ratchet", ratchetBytes, MAX_RATCHET_BYTES);
        require("seconds before a ratchet", ratchetAfter.toSeconds(), MAX_RATCHET_SECONDS);
    }

    /** The largest values that the protocol allows. */
    public static RekeyPolicy laziest() {
        return new RekeyPolicy(
                MAX_RECORDS,
                MAX_BYTES,
                Duration.ofSeconds(MAX_SECONDS),
                MAX_RATCHET_BYTES,
                Duration.ofSeconds(MAX_RATCHET_SECONDS));
    }

    static RekeyPolicy decode(Reader in) throws ProtocolException {
        return new RekeyPolicy(
                in.u32(1, MAX_RECORDS),
                in.counter(1, MAX_BYTES),
                Duration.ofSeconds(in.u32(1, MAX_SECONDS)),
                in.counter(1, MAX_RATCHET_BYTES),
                Duration.ofSeconds(in.u32(1, MAX_RATCHET_SECONDS)));
    }

    void encode(Writer out) {
        out.u32(keyUpdateRecords)
                .counter(keyUpdateBytes)
                .u32(keyUpdateAfter.toSeconds())
                .counter(ratchetBytes)
                .u32(ratchetAfter.toSeconds());
    }

    private static void require(String what, long value, long max) {
        if (value < 1 || value > max) {
            throw new IllegalArgumentException(what + " are 1 to " + max + ", not " + value);
        }
    }
}
