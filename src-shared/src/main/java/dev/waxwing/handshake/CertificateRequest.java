package dev.waxwing.handshake;

import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import dev.waxwing.wire.Writer;
import java.util.ArrayList;
import java.util.List;

/** Protocol section 5.4. Authorities are SHA-256 hashes of roots' SubjectPublicKeyInfo. */
record CertificateRequest(List<Integer> signatureSchemes, List<Bytes> authorities, List<Extension> extensions)
        implements HandshakeMessage {

    static final int TYPE = 0x0D;

    private static final int SHA_256 = 32;
    private static final int MAX_AUTHORITIES = 16;

    static CertificateRequest decodeBody(Reader in) throws ProtocolException {
        List<Integer> schemes = Fields.decodeCodes(in);
        Reader list = in.list16(SHA_256, MAX_AUTHORITIES * SHA_256);
        List<Bytes> authorities = new ArrayList<>();
        while (list.hasRemaining()) {
            authorities.add(list.bytes(SHA_256));
        }
        return new CertificateRequest(schemes, List.copyOf(authorities), Extension.decodeAll(in));
    }

    @Override
    public int type() {
        return TYPE;
    }

    @Override
    public void encodeBody(Writer out) {
        Fields.encodeCodes(out, signatureSchemes);
        out.vec16(list -> authorities.forEach(list::bytes));
        Extension.encodeAll(out, extensions);
    }
}
