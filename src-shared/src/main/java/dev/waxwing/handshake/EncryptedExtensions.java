package dev.waxwing.handshake;

import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import dev.waxwing.wire.Writer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Protocol section 5.3. */
record EncryptedExtensions(
        int maxContent,
        RekeyPolicy rekey,
        Duration session,
        Duration idle,
        Instant serverTime,
        List<Extension> extensions)
        implements HandshakeMessage {

    static final int TYPE = 0x08;

    static EncryptedExtensions decodeBody(Reader in) throws ProtocolException {
        return new EncryptedExtensions(
                in.u24(Fields.MIN_CONTENT, Fields.MAX_CONTENT),
                RekeyPolicy.decode(in),
                Duration.ofSeconds(in.u32(1, SessionTerms.MAX_SESSION.toSeconds())),
                Duration.ofSeconds(
                        in.u16((int) SessionTerms.MIN_IDLE.toSeconds(), (int) SessionTerms.MAX_IDLE.toSeconds())),
                in.instant(),
                Extension.decodeAll(in));
    }

    @Override
    public int type() {
        return TYPE;
    }

    @Override
    public void encodeBody(Writer out) {
        out.u24(maxContent);
        rekey.encode(out);
        out.u32(session.toSeconds()).u16((int) idle.toSeconds()).instant(serverTime);
        Extension.encodeAll(out, extensions);
    }
}
