package dev.waxwing.media;

import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;

/** What only a server sends. */
public sealed interface ServerMessage extends ApplicationMessage
        permits TextAck,
                TextRefused,
                UploadReady,
                UploadAck,
                ReceiptMessage,
                Refused,
                CertificateAnswer,
                RootListAnswer,
                RenewalAnswer,
                RenewalRefused {

    /** Reads one whole message; one that only a device sends is a violation. */
    static ServerMessage decode(Reader in) throws ProtocolException {
        ApplicationMessage message = ApplicationMessage.decode(in);
        if (message instanceof ServerMessage expected) {
            return expected;
        }
        throw ProtocolException.malformed("a server sent " + message.getClass().getSimpleName());
    }
}
