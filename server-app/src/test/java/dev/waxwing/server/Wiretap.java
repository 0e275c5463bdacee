package dev.waxwing.server;

import dev.waxwing.wire.Bytes;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * An attacker on the way between a device and a server, with one connection: sees every item of it, may put other items in its
 * place, and may add some of his own.
 */
final class Wiretap implements AutoCloseable {

    /** Decides what becomes of an item. */
    @FunctionalInterface
    interface Tampering {

        Tampering NONE = (number, item) -> List.of(item);

        /**
         * @param number counts the items of this direction from 0
         * @return what is sent in its place
         */
        List<Bytes> replace(int number, Bytes item) throws IOException;
    }

    /** Where one item ends and the next begins. */
    @FunctionalInterface
    private interface Format {
        Bytes next(DataInputStream in, int number) throws IOException;
    }

    private static final int CLASSIC_HEAD = 10;
    private static final int ACKNOWLEDGEMENT = 256;
    private static final int NONCE = 16;
    private static final byte[] ENDD = "<ENDD>".getBytes(StandardCharsets.US_ASCII);

    /** What the device sent, in order. */
    final List<Bytes> fromDevice = new CopyOnWriteArrayList<>();

    /** What the server sent, in order. */
    final List<Bytes> fromServer = new CopyOnWriteArrayList<>();

    private final ServerSocket listener;
    private final int server;
    private final Format device;
    private final Format answers;
    private final CompletableFuture<Socket> near = new CompletableFuture<>();
    private final CompletableFuture<Socket> far = new CompletableFuture<>();
    private volatile Tampering toServer = Tampering.NONE;
    private volatile Tampering toDevice = Tampering.NONE;

    private Wiretap(int server, Format device, Format answers) throws IOException {
        this.server = server;
        this.device = device;
        this.answers = answers;
        this.listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::serve);
    }

    /** On a line of WXP/2: an item is a record (docs/protocol.md, section 3.1). */
    static Wiretap wxp2(int server) throws IOException {
        return new Wiretap(server, Wiretap::record, Wiretap::record);
    }

    /** On a line of classic: an item is what goes in one write (docs/classic.md, "Handshake" and "Records"). */
    static Wiretap classic(int server) throws IOException {
        return new Wiretap(server, Wiretap::fromClassicDevice, Wiretap::fromClassicServer);
    }

    Wiretap toServer(Tampering tampering) {
        this.toServer = tampering;
        return this;
    }

    Wiretap toDevice(Tampering tampering) {
        this.toDevice = tampering;
        return this;
    }

    int port() {
        return listener.getLocalPort();
    }

    /** Sends something of the attacker's own. */
    void injectToServer(Bytes item) throws Exception {
        write(far.get(10, TimeUnit.SECONDS), item);
    }

    void injectToDevice(Bytes item) throws Exception {
        write(near.get(10, TimeUnit.SECONDS), item);
    }

    private void serve() {
        try (Socket arrived = listener.accept();
                Socket onward = new Socket(InetAddress.getLoopbackAddress(), server)) {
            arrived.setTcpNoDelay(true);
            onward.setTcpNoDelay(true);
            near.complete(arrived);
            far.complete(onward);
            Thread back = Thread.ofVirtual().start(() -> pump(onward, arrived, answers, () -> toDevice, fromServer));
            pump(arrived, onward, device, () -> toServer, fromDevice);
            back.join();
        } catch (IOException | InterruptedException e) {
            near.completeExceptionally(e);
            far.completeExceptionally(e);
        }
    }

    private static void pump(Socket from, Socket to, Format format, Supplier<Tampering> tampering, List<Bytes> seen) {
        try (to) {
            DataInputStream in = new DataInputStream(from.getInputStream());
            for (int number = 0; true; number++) {
                Bytes item = format.next(in, number);
                seen.add(item);
                for (Bytes replacement : tampering.get().replace(number, item)) {
                    write(to, replacement);
                }
            }
        } catch (IOException e) {
            // One side is gone, and closing the other passes that on.
        }
    }

    private static void write(Socket to, Bytes item) throws IOException {
        to.getOutputStream().write(item.toArray());
    }

    private static Bytes record(DataInputStream in, int number) throws IOException {
        byte[] header = exactly(in, 8);
        int length = (header[5] & 0xFF) << 16 | (header[6] & 0xFF) << 8 | header[7] & 0xFF;
        return Bytes.concat(Bytes.of(header), Bytes.of(exactly(in, length)));
    }

    private static Bytes fromClassicDevice(DataInputStream in, int number) throws IOException {
        return switch (number) {
            case 1 -> Bytes.of(exactly(in, NONCE));
            case 2, 3 -> Bytes.of(exactly(in, ACKNOWLEDGEMENT));
            default -> block(in);
        };
    }

    private static Bytes fromClassicServer(DataInputStream in, int number) throws IOException {
        return switch (number) {
            case 2 -> block(in);
            case 3 -> Bytes.of(exactly(in, NONCE));
            default -> Bytes.of(exactly(in, ACKNOWLEDGEMENT));
        };
    }

    private static Bytes block(DataInputStream in) throws IOException {
        byte[] header = exactly(in, ENDD.length);
        if (Arrays.equals(header, ENDD)) {
            return Bytes.of(header);
        }
        byte[] length = exactly(in, CLASSIC_HEAD - ENDD.length);
        byte[] content = exactly(in, ByteBuffer.wrap(length).getInt());
        return Bytes.concat(Bytes.of(header), Bytes.of(length), Bytes.of(content));
    }

    private static byte[] exactly(DataInputStream in, int count) throws IOException {
        byte[] bytes = new byte[count];
        in.readFully(bytes);
        return bytes;
    }

    /** Cuts the connection, if there is one. */
    void cut() throws IOException {
        for (CompletableFuture<Socket> socket : List.of(near, far)) {
            if (socket.isDone() && !socket.isCompletedExceptionally()) {
                socket.join().close();
            }
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        cut();
    }
}
