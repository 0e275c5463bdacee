package dev.waxwing.media;

import dev.waxwing.wire.Writer;

/** Asks which chain signs receipts (protocol section 14.5). */
public record CertificateQuery() implements DeviceMessage {

    static final int TYPE = 0x07;

    @Override
    public int type() {
        return TYPE;
    }

    @Override
    public void encodeBody(Writer out) {
        // The body is empty.
    }
}
