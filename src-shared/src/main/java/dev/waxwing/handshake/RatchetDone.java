package dev.waxwing.handshake;

import dev.waxwing.wire.Reader;
import dev.waxwing.wire.Writer;

/** The responder's next record is under its next key (protocol section 10.2). */
record RatchetDone() implements HandshakeMessage {

    static final int TYPE = 0x2B;

    static RatchetDone decodeBody(Reader in) {
        return new RatchetDone();
    }

    @Override
    public int type() {
        return TYPE;
    }

    @Override
    public void encodeBody(Writer out) {}
}
