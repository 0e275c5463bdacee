package dev.waxwing.media;

import dev.waxwing.fuzz.Fuzz;
import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import dev.waxwing.wire.Writer;
import java.util.Map;

/** Input: the content of an application record. What is taken has one spelling and one direction. */
public final class ApplicationMessageFuzz {

    private ApplicationMessageFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        Fuzz.once(input, 1 << 20, 1_024, () -> {
            Bytes whole = Bytes.of(input);
            Reader in = Reader.of(whole);
            Reader atServer = Reader.of(input);
            try {
                while (in.hasRemaining()) {
                    int start = input.length - in.remaining();
                    ApplicationMessage message = ApplicationMessage.decode(in);
                    Bytes spelling = whole.slice(start, input.length - in.remaining());
                    Writer again = Writer.growing();
                    message.encode(again);
                    Fuzz.require(again.toBytes().equals(spelling), "one spelling");
                    Fuzz.require(
                            takenByServer(atServer, spelling) == message instanceof DeviceMessage, "one direction");
                    if (message instanceof UploadOpen open) {
                        Fuzz.require(
                                SafeName.forFile(SafeName.forFile(open.name())).equals(SafeName.forFile(open.name())),
                                "a safe name is safe");
                    }
                }
            } catch (ProtocolException e) {
                Fuzz.require(e.code() == AlertCode.PROTOCOL_ERROR, "protocol_error");
            }
        });
    }

    private static boolean takenByServer(Reader in, Bytes message) throws ProtocolException {
        in.slice(message.size());
        try {
            DeviceMessage.decode(Reader.of(message));
            return true;
        } catch (ProtocolException e) {
            return false;
        }
    }

    public static Map<String, Bytes> seeds() {
        Writer device = Writer.growing();
        Writer server = Writer.growing();
        ApplicationMessageTest.messages().forEach(message -> {
            switch (message) {
                case Text text when text.text().length() > 1_000 -> {}
                case DeviceMessage m -> m.encode(device);
                case ServerMessage m -> m.encode(server);
            }
        });
        return Map.of("from-device", device.toBytes(), "from-server", server.toBytes());
    }
}
