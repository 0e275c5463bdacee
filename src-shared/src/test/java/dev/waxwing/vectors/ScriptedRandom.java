package dev.waxwing.vectors;

import dev.waxwing.wire.Bytes;
import java.nio.ByteBuffer;
import java.security.SecureRandom;

/** Gives the bytes that it was given, in order, and then no more. */
public final class ScriptedRandom extends SecureRandom {

    private final ByteBuffer script;

    public ScriptedRandom(Bytes... script) {
        this.script = Bytes.concat(script).asByteBuffer();
    }

    @Override
    public void nextBytes(byte[] bytes) {
        script.get(bytes);
    }

    boolean isSpent() {
        return !script.hasRemaining();
    }
}
