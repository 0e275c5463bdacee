package dev.waxwing.handshake;

import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import dev.waxwing.wire.Writer;
import java.util.List;

/** Protocol section 5.2. */
record ServerHello(Bytes random, int version, int suite, int group, Bytes keyShare, List<Extension> extensions)
        implements HandshakeMessage {

    static final int TYPE = 0x02;

    static ServerHello decodeBody(Reader in) throws ProtocolException {
        return new ServerHello(
                in.bytes(Fields.RANDOM), in.u16(), in.u16(), in.u16(), in.vec16(0, 0xFFFF), Extension.decodeAll(in));
    }

    @Override
    public int type() {
        return TYPE;
    }

    @Override
    public void encodeBody(Writer out) {
        out.bytes(random).u16(version).u16(suite).u16(group).vec16(keyShare);
        Extension.encodeAll(out, extensions);
    }
}
