package dev.waxwing.server;

import dev.waxwing.wire.Bytes;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Stands between one connection of a device and the server: keeps what the device sends, loses answers, adds records. */
final class TestRelay implements AutoCloseable {

    private static final int HEADER = 8;

    /** Records as the device sent them, header and payload. */
    final List<Bytes> fromDevice = new CopyOnWriteArrayList<>();

    private final ServerSocket listener;
    private final int serverPort;
    private volatile boolean isLosingAnswers;
    private volatile Socket far = new Socket();
    private volatile Socket near = new Socket();

    TestRelay(int serverPort) throws IOException {
        this.serverPort = serverPort;
        this.listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::relay);
    }

    int port() {
        return listener.getLocalPort();
    }

    /** From now on, nothing that the server says arrives. */
    void loseAnswers() {
        isLosingAnswers = true;
    }

    /** Says something to the server in the device's place. The device must be silent meanwhile. */
    void inject(Bytes record) throws IOException {
        far.getOutputStream().write(record.toArray());
    }

    /** Breaks the connection on both sides. */
    void cut() throws IOException {
        near.close();
        far.close();
    }

    private void relay() {
        try {
            near = listener.accept();
            far = new Socket(InetAddress.getLoopbackAddress(), serverPort);
            far.setTcpNoDelay(true);
            Thread.ofVirtual().start(this::passAnswers);
            DataInputStream in = new DataInputStream(near.getInputStream());
            OutputStream out = far.getOutputStream();
            while (true) {
                Bytes record = record(in);
                fromDevice.add(record);
                out.write(record.toArray());
            }
        } catch (IOException ended) {
            close();
        }
    }

    private void passAnswers() {
        try {
            byte[] buffer = new byte[65_536];
            for (int n = far.getInputStream().read(buffer);
                    n >= 0;
                    n = far.getInputStream().read(buffer)) {
                if (!isLosingAnswers) {
                    near.getOutputStream().write(buffer, 0, n);
                }
            }
            near.shutdownOutput();
        } catch (IOException ended) {
            close();
        }
    }

    private static Bytes record(DataInputStream in) throws IOException {
        byte[] header = in.readNBytes(HEADER);
        if (header.length < HEADER) {
            throw new IOException("ended");
        }
        int length = (header[5] & 0xFF) << 16 | (header[6] & 0xFF) << 8 | header[7] & 0xFF;
        return Bytes.concat(Bytes.of(header), Bytes.of(in.readNBytes(length)));
    }

    @Override
    public void close() {
        try {
            cut();
            listener.close();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
