package dev.waxwing.channel;

import dev.waxwing.recordlayer.RecordHeader;
import dev.waxwing.wire.Bytes;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * An attacker on the way between device and server: sees every record of one connection and may put other records in its
 * place.
 */
final class Relay implements AutoCloseable {

    /** Decides what becomes of a record. */
    @FunctionalInterface
    interface Tampering {

        Tampering NONE = (number, record) -> List.of(record);

        /**
         * @param number counts the records of this direction from 0
         * @param record header and payload
         * @return what is sent in its place
         */
        List<Bytes> replace(int number, Bytes record);
    }

    /** Records as the device sent them. */
    final List<Bytes> fromDevice = new CopyOnWriteArrayList<>();

    /** Records as the server sent them. */
    final List<Bytes> fromServer = new CopyOnWriteArrayList<>();

    private final ServerSocketChannel listener;
    private final SocketAddress server;
    private Tampering toServer = Tampering.NONE;
    private Tampering toDevice = Tampering.NONE;

    Relay(SocketAddress server) throws IOException {
        this.server = server;
        this.listener = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    Relay toServer(Tampering tampering) {
        this.toServer = tampering;
        return this;
    }

    Relay toDevice(Tampering tampering) {
        this.toDevice = tampering;
        return this;
    }

    /** A connection through this relay. */
    SocketChannel dial() throws IOException {
        SocketChannel device = SocketChannel.open(listener.getLocalAddress());
        Socket near = listener.accept().socket();
        Socket far = new Socket();
        far.connect(server);
        Thread.startVirtualThread(() -> pump(near, far, toServer, fromDevice));
        Thread.startVirtualThread(() -> pump(far, near, toDevice, fromServer));
        return device;
    }

    private static void pump(Socket from, Socket to, Tampering tampering, List<Bytes> seen) {
        try (to) {
            DataInputStream in = new DataInputStream(from.getInputStream());
            for (int number = 0; true; number++) {
                Bytes record = read(in);
                seen.add(record);
                for (Bytes replacement : tampering.replace(number, record)) {
                    to.getOutputStream().write(replacement.toArray());
                }
            }
        } catch (IOException e) {
            // One side is gone, and closing the other passes that on.
        }
    }

    private static Bytes read(DataInputStream in) throws IOException {
        byte[] header = new byte[RecordHeader.SIZE];
        in.readFully(header);
        int length = (header[5] & 0xFF) << 16 | (header[6] & 0xFF) << 8 | header[7] & 0xFF;
        byte[] payload = new byte[length];
        in.readFully(payload);
        return Bytes.concat(Bytes.of(header), Bytes.of(payload));
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
