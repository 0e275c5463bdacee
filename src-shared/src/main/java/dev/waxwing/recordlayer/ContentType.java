package dev.waxwing.recordlayer;

import dev.waxwing.wire.ProtocolException;

/** What the content of a record is, and from which epoch on it is legal (protocol section 3.2). */
public enum ContentType {
    HANDSHAKE(0x01, 0),
    APPLICATION(0x02, 2),
    ALERT(0x03, 0),
    CLOSE(0x04, 2),
    PING(0x05, 2),
    PONG(0x06, 2);

    private final int code;
    private final int firstEpoch;

    ContentType(int code, int firstEpoch) {
        this.code = code;
        this.firstEpoch = firstEpoch;
    }

    int code() {
        return code;
    }

    static ContentType of(int code, int epoch) throws ProtocolException {
        for (ContentType type : values()) {
            if (type.code == code && epoch >= type.firstEpoch) {
                return type;
            }
        }
        throw ProtocolException.malformed("content type " + code + " in epoch " + epoch);
    }
}
