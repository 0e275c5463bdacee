package dev.waxwing.handshake;

import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import dev.waxwing.wire.Writer;
import java.util.ArrayList;
import java.util.List;

/** The field types that several handshake messages share (protocol section 5). */
final class Fields {

    static final int RANDOM = 32;
    static final int MIN_CONTENT = 61_440;
    static final int MAX_CONTENT = 66_048;
    static final int MAX_CERTIFICATES = 4;
    static final int MAX_VEC24 = 0xFF_FFFF;

    private static final int MAX_CODES = 16;

    private Fields() {}

    /** {@code vec8(u16)} of 1 to 16 codes, none twice. */
    static List<Integer> decodeCodes(Reader in) throws ProtocolException {
        Reader list = in.list8(2, 2 * MAX_CODES);
        List<Integer> codes = new ArrayList<>();
        while (list.hasRemaining()) {
            int code = list.u16();
            if (codes.contains(code)) {
                throw ProtocolException.malformed("code " + code + " twice");
            }
            codes.add(code);
        }
        return List.copyOf(codes);
    }

    static void encodeCodes(Writer out, List<Integer> codes) {
        out.vec8(list -> codes.forEach(list::u16));
    }

    /** {@code vec24(vec24(opaque))} of the given minimum to 4 certificates. */
    static List<Bytes> decodeChain(Reader in, int min) throws ProtocolException {
        Reader list = in.list24(0, MAX_VEC24);
        List<Bytes> chain = new ArrayList<>();
        while (list.hasRemaining()) {
            if (chain.size() == MAX_CERTIFICATES) {
                throw ProtocolException.malformed("more than " + MAX_CERTIFICATES + " certificates");
            }
            chain.add(list.vec24(1, MAX_VEC24));
        }
        if (chain.size() < min) {
            throw ProtocolException.malformed("fewer than " + min + " certificates");
        }
        return List.copyOf(chain);
    }

    static void encodeChain(Writer out, List<Bytes> chain) {
        out.vec24(list -> chain.forEach(list::vec24));
    }
}
