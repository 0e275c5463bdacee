package dev.waxwing.channel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waxwing.wire.Alert;
import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.Writer;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.channels.SocketChannel;

/** A peer that says exactly what a test tells it to say. */
final class RawPeer implements AutoCloseable {

    private final Socket socket;

    RawPeer(SocketChannel channel) throws IOException {
        this.socket = channel.socket();
        socket.setSoTimeout(15_000);
    }

    RawPeer send(String hex) throws IOException {
        return send(Bytes.fromHex(hex.replace(" ", "")));
    }

    RawPeer send(Bytes bytes) throws IOException {
        socket.getOutputStream().write(bytes.toArray());
        return this;
    }

    /** A plain record with the given inner form. */
    RawPeer sendPlain(Bytes inner) throws IOException {
        return send(Writer.growing().u8(0xD5).u8(1).u24(0).vec24(inner).toBytes());
    }

    RawPeer endOutput() throws IOException {
        socket.shutdownOutput();
        return this;
    }

    /** Expects one plain alert with the loopback's incident, then the end of the stream. */
    void expectAlert(AlertCode code) throws IOException {
        Bytes alert = new Alert(code, Loopback.INCIDENT).encode();
        assertThat(rest().hex()).isEqualTo("d501000000000021" + alert.hex() + "03");
    }

    /** Expects the end of the stream. */
    void expectSilence() throws IOException {
        assertThat(rest().hex()).isEmpty();
    }

    /** Everything up to the end of the stream. */
    Bytes rest() throws IOException {
        InputStream in = socket.getInputStream();
        Writer all = Writer.growing();
        try {
            for (int next = in.read(); next >= 0; next = in.read()) {
                all.u8(next);
            }
        } catch (SocketException e) {
            // A reset after what was sent is an end as well.
        }
        return all.toBytes();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
