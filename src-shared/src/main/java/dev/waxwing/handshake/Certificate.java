package dev.waxwing.handshake;

import dev.waxwing.trust.RevokedAuthorities;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import dev.waxwing.wire.Writer;
import java.util.List;

/**
 * Protocol section 5.5.
 *
 * @param chain DER, the sender's own first
 * @param status a DER OCSP response from the server, empty from a device
 */
record Certificate(List<Bytes> chain, Bytes status, List<Extension> extensions) implements HandshakeMessage {

    static final int TYPE = 0x0B;

    static final int MAX_STATUS = 16_384;

    /** The type of the extension that carries the newest revocation list of the server's root. */
    static final int ROOT_LIST = 0x0002;

    /**
     * A server's.
     *
     * @param rootList DER, at most {@value RevokedAuthorities#MAX_LIST} bytes; empty for none
     */
    static Certificate ofServer(List<Bytes> chain, Bytes status, Bytes rootList) {
        if (rootList.size() > RevokedAuthorities.MAX_LIST) {
            throw new IllegalArgumentException(
                    "a root's list has at most " + RevokedAuthorities.MAX_LIST + " bytes, not " + rootList.size());
        }
        return new Certificate(
                chain, status, rootList.isEmpty() ? List.of() : List.of(new Extension(ROOT_LIST, rootList)));
    }

    static Certificate decodeBody(Reader in) throws ProtocolException {
        return new Certificate(Fields.decodeChain(in, 1), in.vec24(0, MAX_STATUS), Extension.decodeAll(in));
    }

    /** The newest revocation list of the root that a server showed; empty if it showed none. */
    Bytes rootList() throws ProtocolException {
        for (Extension extension : extensions) {
            if (extension.type() == ROOT_LIST) {
                int size = extension.data().size();
                if (size == 0 || size > RevokedAuthorities.MAX_LIST) {
                    throw ProtocolException.malformed("a root's list of " + size + " bytes");
                }
                return extension.data();
            }
        }
        return Bytes.EMPTY;
    }

    @Override
    public int type() {
        return TYPE;
    }

    @Override
    public void encodeBody(Writer out) {
        Fields.encodeChain(out, chain);
        out.vec24(status);
        Extension.encodeAll(out, extensions);
    }
}
