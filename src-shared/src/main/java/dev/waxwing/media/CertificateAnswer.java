package dev.waxwing.media;

import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import dev.waxwing.wire.Writer;
import java.util.ArrayList;
import java.util.List;

/**
 * The chain that signs receipts (protocol section 14.5).
 *
 * @param chain 1 to {@value #MAX_CHAIN} DER certificates, the signer's first, without the root; together at most
 *     {@value #MAX_CHAIN_BYTES} bytes with their lengths
 */
public record CertificateAnswer(List<Bytes> chain) implements ServerMessage {

    /** The most certificates. */
    public static final int MAX_CHAIN = 4;

    /** The most bytes of all certificates and their lengths. */
    public static final int MAX_CHAIN_BYTES = 60_000;

    static final int TYPE = 0x08;

    public CertificateAnswer {
        chain = checked(chain);
    }

    /** A copy of a chain that keeps to the limits. */
    static List<Bytes> checked(List<Bytes> chain) {
        Limits.range("chain length", chain.size(), 1, MAX_CHAIN);
        long size = 0;
        for (Bytes certificate : chain) {
            Limits.range("certificate size", certificate.size(), 1, MAX_CHAIN_BYTES);
            size += 3 + certificate.size();
        }
        Limits.range("chain size", size, 1, MAX_CHAIN_BYTES);
        return List.copyOf(chain);
    }

    static CertificateAnswer decodeBody(Reader in) throws ProtocolException {
        return new CertificateAnswer(decodeChain(in));
    }

    static List<Bytes> decodeChain(Reader in) throws ProtocolException {
        Reader list = in.list24(1, MAX_CHAIN_BYTES);
        List<Bytes> chain = new ArrayList<>(MAX_CHAIN);
        while (list.hasRemaining()) {
            Limits.range("chain length", chain.size() + 1L, 1, MAX_CHAIN);
            chain.add(list.vec24(1, list.remaining()));
        }
        return chain;
    }

    @Override
    public int type() {
        return TYPE;
    }

    @Override
    public void encodeBody(Writer out) {
        out.vec24(list -> chain.forEach(list::vec24));
    }
}
