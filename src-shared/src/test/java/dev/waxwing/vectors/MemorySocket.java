package dev.waxwing.vectors;

import dev.waxwing.wire.Bytes;
import java.io.ByteArrayOutputStream;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.Set;

/** A connection whose peer has said everything already and ended the stream. Owned by one thread, but any may close it. */
public final class MemorySocket extends SocketChannel {

    private final ByteBuffer incoming;
    private final int atOnce;
    private final ByteArrayOutputStream outgoing = new ByteArrayOutputStream();
    private int reads;

    /** @param atOnce how many bytes one read gives at most */
    public MemorySocket(Bytes incoming, int atOnce) {
        super(SelectorProvider.provider());
        this.incoming = incoming.asByteBuffer();
        this.atOnce = atOnce;
    }

    /** What was written. */
    public Bytes written() {
        return Bytes.of(outgoing.toByteArray());
    }

    /** How often it was read from. */
    public int reads() {
        return reads;
    }

    @Override
    public int read(ByteBuffer to) throws ClosedChannelException {
        requireOpen();
        reads++;
        if (!incoming.hasRemaining()) {
            return -1;
        }
        int n = Math.min(Math.min(to.remaining(), incoming.remaining()), atOnce);
        to.put(incoming.slice(incoming.position(), n));
        incoming.position(incoming.position() + n);
        return n;
    }

    @Override
    public int write(ByteBuffer from) throws ClosedChannelException {
        requireOpen();
        byte[] bytes = new byte[from.remaining()];
        from.get(bytes);
        outgoing.writeBytes(bytes);
        return bytes.length;
    }

    private void requireOpen() throws ClosedChannelException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
    }

    @Override
    public long read(ByteBuffer[] to, int offset, int length) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long write(ByteBuffer[] from, int offset, int length) throws ClosedChannelException {
        long n = 0;
        for (int i = offset; i < offset + length; i++) {
            n += write(from[i]);
        }
        return n;
    }

    @Override
    public <T> SocketChannel setOption(SocketOption<T> name, T value) {
        return this;
    }

    @Override
    public SocketChannel shutdownOutput() {
        return this;
    }

    @Override
    public SocketChannel shutdownInput() {
        return this;
    }

    @Override
    public boolean isConnected() {
        return true;
    }

    @Override
    public SocketChannel bind(SocketAddress local) {
        throw new UnsupportedOperationException();
    }

    @Override
    public <T> T getOption(SocketOption<T> name) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return Set.of();
    }

    @Override
    public Socket socket() {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean isConnectionPending() {
        return false;
    }

    @Override
    public boolean connect(SocketAddress remote) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean finishConnect() {
        return true;
    }

    @Override
    public SocketAddress getRemoteAddress() {
        throw new UnsupportedOperationException();
    }

    @Override
    public SocketAddress getLocalAddress() {
        throw new UnsupportedOperationException();
    }

    @Override
    protected void implCloseSelectableChannel() {}

    @Override
    protected void implConfigureBlocking(boolean block) {}
}
