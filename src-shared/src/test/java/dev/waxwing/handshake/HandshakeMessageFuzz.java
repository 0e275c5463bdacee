package dev.waxwing.handshake;

import dev.waxwing.fuzz.Fuzz;
import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import java.util.Map;

/** Input: handshake messages one after the other. What is taken has one spelling. */
public final class HandshakeMessageFuzz {

    private HandshakeMessageFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        Fuzz.once(input, 1 << 20, 1_024, () -> {
            Bytes whole = Bytes.of(input);
            Reader in = Reader.of(whole);
            try {
                while (in.hasRemaining()) {
                    int start = input.length - in.remaining();
                    HandshakeMessage message = HandshakeMessage.decode(in);
                    Bytes spelling = whole.slice(start, input.length - in.remaining());
                    Fuzz.require(message.encode().equals(spelling), "one spelling");
                }
            } catch (ProtocolException e) {
                Fuzz.require(e.code() == AlertCode.PROTOCOL_ERROR, "protocol_error");
            }
        });
    }

    public static Map<String, Bytes> seeds() {
        return Map.of(
                "samples",
                Bytes.concat(MessageSamples.all().stream()
                        .map(HandshakeMessage::encode)
                        .toArray(Bytes[]::new)),
                "normal",
                ScriptedEnds.NORMAL.messages(
                        "EncryptedExtensions",
                        "CertificateRequest",
                        "device.Certificate",
                        "device.Finished",
                        "SessionAccept"),
                "enrolment",
                ScriptedEnds.ENROLMENT.messages("server.CertificateVerify", "EnrolRequest", "EnrolResponse"));
    }
}
