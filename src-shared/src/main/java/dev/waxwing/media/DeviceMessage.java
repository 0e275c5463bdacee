package dev.waxwing.media;

import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;

/** What only a device sends. */
public sealed interface DeviceMessage extends ApplicationMessage
        permits Text,
                TextSeal,
                UploadOpen,
                UploadData,
                UploadSeal,
                UploadCancel,
                CertificateQuery,
                RootListQuery,
                RenewalRequest {

    /** Reads one whole message; one that only a server sends is a violation. */
    static DeviceMessage decode(Reader in) throws ProtocolException {
        ApplicationMessage message = ApplicationMessage.decode(in);
        if (message instanceof DeviceMessage expected) {
            return expected;
        }
        throw ProtocolException.malformed("a device sent " + message.getClass().getSimpleName());
    }
}
