package dev.waxwing.media;

import dev.waxwing.trust.RevokedAuthorities;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import dev.waxwing.wire.Writer;

/**
 * A newer revocation list of the server's root than the one before, for a device that has sent {@link RootListQuery} (protocol section
 * 13.5).
 *
 * @param list DER, 1 to {@value RevokedAuthorities#MAX_LIST} bytes
 */
public record RootListAnswer(Bytes list) implements ServerMessage {

    static final int TYPE = 0x0A;

    public RootListAnswer {
        Limits.range("list size", list.size(), 1, RevokedAuthorities.MAX_LIST);
    }

    static RootListAnswer decodeBody(Reader in) throws ProtocolException {
        return new RootListAnswer(in.vec24(1, RevokedAuthorities.MAX_LIST));
    }

    @Override
    public int type() {
        return TYPE;
    }

    @Override
    public void encodeBody(Writer out) {
        out.vec24(list);
    }
}
