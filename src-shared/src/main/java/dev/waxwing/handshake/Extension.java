package dev.waxwing.handshake;

import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import dev.waxwing.wire.Writer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * One extension (protocol section 5). This revision defines two, {@link Restored} in SessionAccept and {@link Certificate#rootList} in
 * a server's Certificate; others are carried and ignored, or refused.
 *
 * @param type a u16
 * @param data at most 65,531 bytes
 */
record Extension(int type, Bytes data) {

    private static final int MAX_COUNT = 32;
    private static final int MAX_VEC16 = 0xFFFF;

    static List<Extension> decodeAll(Reader in) throws ProtocolException {
        Reader list = in.list16(0, MAX_VEC16);
        List<Extension> extensions = new ArrayList<>();
        Set<Integer> types = new HashSet<>();
        while (list.hasRemaining()) {
            Extension extension = new Extension(list.u16(), list.vec16(0, MAX_VEC16));
            if (!types.add(extension.type())) {
                throw ProtocolException.malformed("extension " + extension.type() + " twice");
            }
            extensions.add(extension);
            if (extensions.size() > MAX_COUNT) {
                throw ProtocolException.malformed("more than " + MAX_COUNT + " extensions");
            }
        }
        return List.copyOf(extensions);
    }

    static void encodeAll(Writer out, List<Extension> extensions) {
        out.vec16(list ->
                extensions.forEach(extension -> list.u16(extension.type()).vec16(extension.data())));
    }

    /** For the messages in which nothing asked for an extension. */
    static void refuseAny(List<Extension> extensions) throws ProtocolException {
        if (!extensions.isEmpty()) {
            throw ProtocolException.malformed("extension where nothing asked for one");
        }
    }
}
