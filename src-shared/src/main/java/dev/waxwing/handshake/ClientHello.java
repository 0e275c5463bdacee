package dev.waxwing.handshake;

import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import dev.waxwing.wire.Writer;
import java.util.List;

/** Protocol section 5.1. Codes stay numbers here: what is unknown is {@code unsupported}, not malformed. */
record ClientHello(
        Bytes random,
        int mode,
        List<Integer> versions,
        List<Integer> suites,
        int group,
        Bytes keyShare,
        List<Integer> signatureSchemes,
        int maxContent,
        List<Extension> extensions)
        implements HandshakeMessage {

    static final int TYPE = 0x01;

    /** The whole message with its head, in bytes. */
    static final int MAX_SIZE = 8_192;

    static final int VERSION = 0x0002;

    static ClientHello decodeBody(Reader in) throws ProtocolException {
        if (in.remaining() > MAX_SIZE - HEAD) {
            throw ProtocolException.malformed("ClientHello of " + in.remaining() + " bytes");
        }
        Bytes random = in.bytes(Fields.RANDOM);
        int mode = in.u8();
        List<Integer> versions = Fields.decodeCodes(in);
        List<Integer> suites = Fields.decodeCodes(in);
        return new ClientHello(
                random,
                mode,
                versions,
                suites,
                in.u16(),
                in.vec16(0, MAX_SIZE),
                Fields.decodeCodes(in),
                in.u24(Fields.MIN_CONTENT, Fields.MAX_CONTENT),
                Extension.decodeAll(in));
    }

    @Override
    public int type() {
        return TYPE;
    }

    @Override
    public void encodeBody(Writer out) {
        out.bytes(random).u8(mode);
        Fields.encodeCodes(out, versions);
        Fields.encodeCodes(out, suites);
        out.u16(group).vec16(keyShare);
        Fields.encodeCodes(out, signatureSchemes);
        out.u24(maxContent);
        Extension.encodeAll(out, extensions);
    }
}
