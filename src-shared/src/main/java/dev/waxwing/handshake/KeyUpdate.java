package dev.waxwing.handshake;

import dev.waxwing.wire.Reader;
import dev.waxwing.wire.Writer;

/** The sender's next record is under its next key (protocol section 10.1). */
record KeyUpdate() implements HandshakeMessage {

    static final int TYPE = 0x18;

    static KeyUpdate decodeBody(Reader in) {
        return new KeyUpdate();
    }

    @Override
    public int type() {
        return TYPE;
    }

    @Override
    public void encodeBody(Writer out) {}
}
