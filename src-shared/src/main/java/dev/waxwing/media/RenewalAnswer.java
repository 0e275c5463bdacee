package dev.waxwing.media;

import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import dev.waxwing.wire.Writer;
import java.util.List;

/**
 * The certificate that a device asked for with {@link RenewalRequest} (protocol section 16.1).
 *
 * @param chain as in {@link CertificateAnswer}: the device's new certificate first, without the root
 */
public record RenewalAnswer(List<Bytes> chain) implements ServerMessage {

    static final int TYPE = 0x21;

    public RenewalAnswer {
        chain = CertificateAnswer.checked(chain);
    }

    static RenewalAnswer decodeBody(Reader in) throws ProtocolException {
        return new RenewalAnswer(CertificateAnswer.decodeChain(in));
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
