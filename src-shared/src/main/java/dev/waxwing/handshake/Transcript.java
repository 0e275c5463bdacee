package dev.waxwing.handshake;

import dev.waxwing.crypto.Suite;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.Writer;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/** The running hash over all handshake messages (protocol section 5). Until the suite is known it keeps the messages. */
final class Transcript {

    private final Writer early = Writer.growing();
    private @Nullable MessageDigest hash;

    /** The suite is known now. */
    void begin(Suite suite) {
        hash = suite.newHash();
        early.toBytes().addTo(hash);
    }

    void add(Bytes messages) {
        if (hash == null) {
            early.bytes(messages);
        } else {
            messages.addTo(hash);
        }
    }

    /** The hash of everything so far. */
    Bytes hash() {
        if (hash == null) {
            throw new IllegalStateException("no suite yet, so no hash");
        }
        try {
            return Bytes.of(((MessageDigest) hash.clone()).digest());
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("the JDK's SHA-2 can be cloned", e);
        }
    }
}
