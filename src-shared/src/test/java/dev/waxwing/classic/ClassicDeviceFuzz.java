package dev.waxwing.classic;

import dev.waxwing.fuzz.Fuzz;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.TruncatedException;
import dev.waxwing.wire.Writer;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Map;

/**
 * What a server may say to a device that speaks classic. Input: a byte of flags, then the stream from the first byte on; or
 * with flag {@code 0x01} bytes that stand for items: an acknowledgement for the device (its ordinal), the server's hello
 * ({@code 0x10}), a nonce ({@code 0x11}), everything else a byte that is itself.
 */
public final class ClassicDeviceFuzz {

    private static final ClassicVectors VECTORS = new ClassicVectors();
    private static final ClassicKit KIT = VECTORS.kit();
    private static final int HELLO = 0x10;
    private static final int NONCE = 0x11;

    private ClassicDeviceFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length == 0 || input.length > 4_096) {
            return;
        }
        byte[] rest = Arrays.copyOfRange(input, 1, input.length);
        byte[] stream = (input[0] & 1) == 0 ? rest : items(rest);
        Fuzz.once(input, 8 << 20, 1_024, () -> {
            try (var session = ClassicDeviceSession.connect(
                    new MemoryConnection(stream), KIT, ClassicLimits.DEFAULTS, new SecureRandom())) {
                session.text("gate open");
                session.file("a.jpg", new byte[100]);
                session.file("b.jpg", new byte[100]);
                session.file("c.jpg", new byte[100]);
                session.end();
            } catch (ProtocolException e) {
                Fuzz.require(!e.reason().isEmpty(), "a reason");
            } catch (TruncatedException e) {
                Fuzz.require(e.getMessage() != null, "a reason");
            }
        });
    }

    private static byte[] items(byte[] bytes) {
        Writer stream = Writer.growing();
        Acknowledgement[] acknowledgements = Acknowledgement.values();
        for (byte item : bytes) {
            if (item >= 0 && item < acknowledgements.length) {
                stream.bytes(Rsa.encrypt(KIT.device().certificate().publicKey(), acknowledgements[item].text()));
            } else if (item == HELLO) {
                stream.bytes(ClassicVectors.hello(VECTORS.get("server.certificate")));
            } else if (item == NONCE) {
                stream.bytes(VECTORS.get("server_nonce"));
            } else {
                stream.u8(Byte.toUnsignedInt(item));
            }
        }
        return stream.toBytes().toArray();
    }

    /** A connection whose other end has said everything already. */
    private static final class MemoryConnection extends Socket {
        private final InputStream in;
        private int patience = 1_000;

        MemoryConnection(byte[] stream) {
            this.in = new ByteArrayInputStream(stream);
        }

        @Override
        public InputStream getInputStream() {
            return in;
        }

        @Override
        public OutputStream getOutputStream() {
            return OutputStream.nullOutputStream();
        }

        @Override
        public void setTcpNoDelay(boolean on) {}

        @Override
        public int getSoTimeout() {
            return patience;
        }

        @Override
        public void setSoTimeout(int timeout) {
            patience = timeout;
        }
    }

    public static Map<String, Bytes> seeds() {
        byte[] handshake = {
            (byte) Acknowledgement.CERT_RECEIVED.ordinal(),
            (byte) Acknowledgement.HELLO_RECEIVED.ordinal(),
            HELLO,
            NONCE,
            (byte) Acknowledgement.PREM_RECEIVED.ordinal(),
            (byte) Acknowledgement.SEC_TEXT_RECEIVED.ordinal()
        };
        byte received = (byte) Acknowledgement.IMX_RECEIVED.ordinal();
        byte rejected = (byte) Acknowledgement.IMX_REJECTED.ordinal();
        Bytes twice = Bytes.of(received, received, received, received, received, received);
        return Map.of(
                "items-twice",
                Bytes.concat(Bytes.fromHex("01"), Bytes.of(handshake), twice),
                "items-rejected",
                Bytes.concat(
                        Bytes.fromHex("01"), Bytes.of(handshake), Bytes.of(rejected, received, received, rejected)),
                "stream",
                Bytes.concat(Bytes.fromHex("00"), Bytes.of(items(handshake))));
    }
}
