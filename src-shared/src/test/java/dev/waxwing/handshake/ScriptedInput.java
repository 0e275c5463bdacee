package dev.waxwing.handshake;

import dev.waxwing.trust.Credential;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import dev.waxwing.wire.Writer;
import java.util.ArrayList;
import java.util.List;

/**
 * What a fuzz target of one role gets: {@code flags u8}, then contents of handshake records as {@code vec16}. Flag
 * {@code 0x01} means enrolment. Flag {@code 0x02} means that the peer owns its keys: every CertificateVerify and every
 * Finished is replaced by one that agrees with what was really said, and the hello comes from the peer and not from the
 * input.
 */
record ScriptedInput(Mode mode, boolean ownsKeys, List<Bytes> contents) {

    static ScriptedInput decode(byte[] input) {
        List<Bytes> contents = new ArrayList<>();
        if (input.length == 0) {
            return new ScriptedInput(Mode.NORMAL, false, contents);
        }
        Reader in = Reader.of(Bytes.of(input).slice(1, input.length));
        try {
            while (in.hasRemaining()) {
                contents.add(in.bytes(Math.min(in.u16(), in.remaining())));
            }
        } catch (ProtocolException e) {
            // Half a length at the end of the input.
        }
        return new ScriptedInput((input[0] & 1) == 0 ? Mode.NORMAL : Mode.ENROLMENT, (input[0] & 2) != 0, contents);
    }

    Bytes encode() {
        Writer out = Writer.growing().u8(mode.code() | (ownsKeys ? 2 : 0));
        contents.forEach(out::vec16);
        return out.toBytes();
    }

    /** The content with every proof in it made true; malformed content stays as it is. */
    static Bytes proven(Bytes content, Adversary peer, Credential signer, Adversary.Context context) {
        Writer out = Writer.growing();
        Reader in = Reader.of(content);
        int done = 0;
        try {
            while (in.hasRemaining()) {
                HandshakeMessage message = HandshakeMessage.decode(in);
                out.bytes(peer.say(
                        switch (message) {
                            case CertificateVerify _ -> peer.signature(signer, context);
                            case Finished _ -> peer.finishedMessage();
                            default -> message;
                        }));
                done = content.size() - in.remaining();
            }
        } catch (ProtocolException e) {
            out.bytes(content.slice(done, content.size()));
        }
        return out.toBytes();
    }
}
