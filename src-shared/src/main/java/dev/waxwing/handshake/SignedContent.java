package dev.waxwing.handshake;

import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.Writer;
import java.nio.charset.StandardCharsets;

/** What a signature in the channel covers, by role and purpose of the signer (protocol sections 7.2 and 10.2). */
enum SignedContent {
    SERVER("wxp2 server certificate verify"),
    SERVER_ENROLMENT("wxp2 server enrolment verify"),
    DEVICE("wxp2 device certificate verify"),
    SERVER_RATCHET_RESPONSE("wxp2 server ratchet response"),
    DEVICE_RATCHET_RESPONSE("wxp2 device ratchet response"),
    SERVER_RATCHET_FINISH("wxp2 server ratchet finish"),
    DEVICE_RATCHET_FINISH("wxp2 device ratchet finish");

    private static final int SPACES = 64;

    private final String context;

    SignedContent(String context) {
        this.context = context;
    }

    /** @param covered the transcript hash, or what section 10.2 puts in its place */
    Bytes over(Bytes covered) {
        return Writer.growing()
                .bytes(" ".repeat(SPACES).getBytes(StandardCharsets.US_ASCII))
                .bytes(context.getBytes(StandardCharsets.US_ASCII))
                .u8(0)
                .bytes(covered)
                .toBytes();
    }
}
