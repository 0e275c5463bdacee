package dev.waxwing.media;

import dev.waxwing.wire.Writer;

/** Asks to be told of newer revocation lists of the server's root while the session lasts (protocol section 13.5). */
public record RootListQuery() implements DeviceMessage {

    static final int TYPE = 0x09;

    @Override
    public int type() {
        return TYPE;
    }

    @Override
    public void encodeBody(Writer out) {
        // The body is empty.
    }
}
