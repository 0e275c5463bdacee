package dev.waxwing.handshake;

import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import dev.waxwing.wire.Writer;
import java.time.Instant;
import java.util.List;

/** Protocol section 5.8. */
record SessionAccept(Instant serverTime, SessionGrant grant, List<Extension> extensions) implements HandshakeMessage {

    static final int TYPE = 0x20;

    static SessionAccept decodeBody(Reader in) throws ProtocolException {
        return new SessionAccept(
                in.instant(),
                new SessionGrant(in.counter(), in.u8(1, SessionGrant.MAX_OPEN_UPLOADS)),
                Extension.decodeAll(in));
    }

    @Override
    public int type() {
        return TYPE;
    }

    @Override
    public void encodeBody(Writer out) {
        out.instant(serverTime).counter(grant.durableCounter()).u8(grant.maxOpenUploads());
        Extension.encodeAll(out, extensions);
    }
}
