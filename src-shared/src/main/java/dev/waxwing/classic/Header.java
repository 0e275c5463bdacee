package dev.waxwing.classic;

import java.nio.charset.StandardCharsets;

/** The six ASCII bytes in front of everything that is neither a nonce nor an acknowledgement. */
enum Header {
    HELO,
    PREM,
    SECX,
    IMGX,
    ENDD;

    static final int SIZE = 6;

    private final byte[] wire = ("<" + name() + ">").getBytes(StandardCharsets.US_ASCII);

    byte[] wire() {
        return wire.clone();
    }
}
