package dev.waxwing.crypto;

import dev.waxwing.wire.Bytes;

/**
 * The DER form of an ECDSA signature (RFC 3279 section 2.2.3): a SEQUENCE of two positive INTEGERs. Providers differ in what else
 * they take, and what one of them takes and another does not would be a signature here and none there.
 */
public final class EcdsaValue {

    private static final int SEQUENCE = 0x30;
    private static final int INTEGER = 0x02;
    private static final int HEAD = 2;

    /** On our curves every length takes one byte: with P-384 it is 102 at most. */
    private static final int LONGEST = 0x7F;

    private EcdsaValue() {}

    /** Whether these bytes have that form. Whether the numbers are a signature is for a provider to say. */
    public static boolean isDer(Bytes signature) {
        if (signature.size() < HEAD
                || signature.at(0) != SEQUENCE
                || signature.at(1) != signature.size() - HEAD
                || signature.size() - HEAD > LONGEST) {
            return false;
        }
        int second = afterInteger(signature, HEAD);
        return second > 0 && afterInteger(signature, second) == signature.size();
    }

    /** Where the positive, minimal INTEGER that begins here ends; -1 if there is none. */
    private static int afterInteger(Bytes der, int from) {
        int content = from + HEAD;
        if (content >= der.size() || der.at(from) != INTEGER) {
            return -1;
        }
        int end = content + der.at(from + 1);
        if (end <= content || end > der.size() || der.at(content) < 0) {
            return -1;
        }
        boolean minimal = der.at(content) != 0 || end > content + 1 && der.at(content + 1) < 0;
        return minimal ? end : -1;
    }
}
