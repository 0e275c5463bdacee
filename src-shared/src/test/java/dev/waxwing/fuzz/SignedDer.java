package dev.waxwing.fuzz;

import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.Writer;

/** DER around bytes that need not be DER. */
public final class SignedDer {

    /** ecdsa-with-SHA256. */
    public static final Bytes ECDSA_SHA256 = Bytes.fromHex("300a06082a8648ce3d040302");

    private SignedDer() {}

    /** A SEQUENCE of the content, the algorithm, and the signature as a BIT STRING. */
    public static byte[] of(byte[] content, Bytes signature, Bytes... after) {
        Bytes bits = value(0x03, Bytes.concat(Bytes.of((byte) 0), signature));
        return value(0x30, Bytes.concat(Bytes.of(content), ECDSA_SHA256, bits, Bytes.concat(after)))
                .toArray();
    }

    /** A value with this tag. */
    public static Bytes value(int tag, Bytes content) {
        Writer out = Writer.growing().u8(tag);
        int n = content.size();
        if (n < 0x80) {
            out.u8(n);
        } else if (n < 0x100) {
            out.u8(0x81).u8(n);
        } else if (n < 0x1_0000) {
            out.u8(0x82).u16(n);
        } else {
            out.u8(0x83).u24(n);
        }
        return out.bytes(content).toBytes();
    }
}
