package dev.waxwing.handshake;

import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.Writer;
import java.nio.charset.StandardCharsets;

/** What a CertificateVerify signs, by role and purpose of the signer (protocol section 7.2). */
enum SignedContent {
    SERVER("wxp2 server certificate verify"),
    SERVER_ENROLMENT("wxp2 server enrolment verify"),
    DEVICE("wxp2 device certificate verify");

    private static final int SPACES = 64;

    private final String context;

    SignedContent(String context) {
        this.context = context;
    }

    Bytes over(Bytes transcriptHash) {
        return Writer.growing()
                .bytes(" ".repeat(SPACES).getBytes(StandardCharsets.US_ASCII))
                .bytes(context.getBytes(StandardCharsets.US_ASCII))
                .u8(0)
                .bytes(transcriptHash)
                .toBytes();
    }
}
