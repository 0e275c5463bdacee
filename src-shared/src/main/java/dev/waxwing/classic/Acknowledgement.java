package dev.waxwing.classic;

import java.nio.charset.StandardCharsets;

/** What one side tells the other: its name, under OAEP for the other's key, and nothing around it. */
enum Acknowledgement {
    CERT_RECEIVED,
    HELLO_RECEIVED,
    NONCE_RECEIVED,
    PREM_RECEIVED,
    SEC_TEXT_RECEIVED,
    IMX_RECEIVED,
    IMX_REJECTED;

    byte[] text() {
        return name().getBytes(StandardCharsets.US_ASCII);
    }
}
