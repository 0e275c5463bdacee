package dev.waxwing.channel;

import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.crypto.ForwardingCrypto;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;

/** The best provider, which counts the bytes of the buffers that it made. */
final class CountingCrypto extends ForwardingCrypto {

    private final AtomicLong allocated = new AtomicLong();

    CountingCrypto() {
        super(CryptoProvider.best());
    }

    /** Bytes of all buffers so far. */
    long allocated() {
        return allocated.get();
    }

    @Override
    public ByteBuffer allocate(int size) {
        allocated.addAndGet(size);
        return super.allocate(size);
    }
}
