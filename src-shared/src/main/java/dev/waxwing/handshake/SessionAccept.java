package dev.waxwing.handshake;

import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import dev.waxwing.wire.Writer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Protocol section 5.8. @param extensions those that are not in the grant */
record SessionAccept(Instant serverTime, SessionGrant grant, List<Extension> extensions) implements HandshakeMessage {

    static final int TYPE = 0x20;

    static SessionAccept decodeBody(Reader in) throws ProtocolException {
        Instant serverTime = in.instant();
        long durableCounter = in.counter();
        int maxOpenUploads = in.u8(1, SessionGrant.MAX_OPEN_UPLOADS);
        List<Extension> others = new ArrayList<>();
        List<Restored> restored = List.of();
        for (Extension extension : Extension.decodeAll(in)) {
            if (extension.type() == Restored.TYPE) {
                restored = Restored.decode(extension);
            } else {
                others.add(extension);
            }
        }
        return new SessionAccept(serverTime, new SessionGrant(durableCounter, maxOpenUploads, restored), others);
    }

    @Override
    public int type() {
        return TYPE;
    }

    @Override
    public void encodeBody(Writer out) {
        out.instant(serverTime).counter(grant.durableCounter()).u8(grant.maxOpenUploads());
        List<Extension> all = new ArrayList<>();
        if (!grant.restored().isEmpty()) {
            all.add(Restored.encode(grant.restored()));
        }
        all.addAll(extensions);
        Extension.encodeAll(out, all);
    }
}
