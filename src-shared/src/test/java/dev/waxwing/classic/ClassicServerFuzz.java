package dev.waxwing.classic;

import dev.waxwing.fuzz.Fuzz;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import dev.waxwing.wire.TruncatedException;
import dev.waxwing.wire.Writer;
import java.io.ByteArrayInputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;

/**
 * What a device may say to a classic server. Input: a byte of flags, then the stream from the first byte on; or with flag
 * {@code 0x01} plaintexts, each {@code u8} for a text (even) or a file (odd) and a {@code vec16}, which are sealed with the
 * keys of a session that stands already.
 */
public final class ClassicServerFuzz {

    private static final ClassicVectors VECTORS = new ClassicVectors();

    private ClassicServerFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length == 0) {
            return;
        }
        byte[] rest = Arrays.copyOfRange(input, 1, input.length);
        // Each record costs an RSA operation, which is dear, and its own affair.
        Fuzz.once(input, 8 << 20, 16_384, () -> {
            try {
                if ((input[0] & 1) == 0) {
                    fromTheFirstByte(rest);
                } else {
                    inSession(rest);
                }
            } catch (ProtocolException e) {
                Fuzz.require(!e.reason().isEmpty(), "a reason");
            } catch (TruncatedException e) {
                Fuzz.require(e.getMessage() != null, "a reason");
            }
        });
    }

    private static void fromTheFirstByte(byte[] stream) throws Exception {
        Set<String> genuine = Set.of(VECTORS.text("text"), "");
        try (var session = VECTORS.server()
                .accept(new ByteArrayInputStream(stream), OutputStream.nullOutputStream(), (device, nonce) -> {})) {
            Fuzz.require(
                    session.device().verifiedBy(VECTORS.authority()), "only devices of the authority have sessions");
            session.serve(new ClassicReceiver() {
                @Override
                public ClassicVerdict text(String text) {
                    Fuzz.require(genuine.contains(text), "a text that nobody sealed");
                    return ClassicVerdict.ACCEPTED;
                }

                @Override
                public ClassicVerdict file(ClassicFile file) {
                    Fuzz.require(file.signatureValid(), "a file that nobody sealed");
                    return ClassicVerdict.ACCEPTED;
                }
            });
        }
    }

    private static void inSession(byte[] plaintexts) throws Exception {
        Writer records = Writer.growing();
        Reader in = Reader.of(plaintexts);
        int texts = 0;
        try (SessionKeys keys = VECTORS.keys()) {
            while (in.hasRemaining()) {
                boolean file = in.u8() % 2 == 1;
                byte[] plain = in.array(Math.min(in.u16(), in.remaining()));
                records.bytes(new RecordWriter(file ? Header.IMGX : Header.SECX, plain.length, keys)
                        .write(plain)
                        .finish());
                texts += file ? 0 : 1;
            }
        } catch (ProtocolException e) {
            // Half a head at the end of the input.
        }
        byte[] stream = records.bytes(ClassicVectors.end()).toBytes().toArray();
        Wire wire = new Wire(new ByteArrayInputStream(stream), OutputStream.nullOutputStream());
        Kept kept = new Kept();
        try (var session = new ClassicServerSession(
                wire,
                VECTORS.certificate("device"),
                VECTORS.get("device_nonce"),
                VECTORS.keys(),
                ClassicLimits.DEFAULTS)) {
            session.serve(kept);
            Fuzz.require(kept.texts == texts, "every text arrives");
        }
    }

    /** Holds what a receiver relies on. */
    private static final class Kept implements ClassicReceiver {
        private int texts;

        @Override
        public ClassicVerdict text(String text) {
            texts++;
            Fuzz.require(StandardCharsets.UTF_8.newEncoder().canEncode(text), "well-formed text");
            return ClassicVerdict.ACCEPTED;
        }

        @Override
        public ClassicVerdict file(ClassicFile file) {
            Fuzz.require(file.name().length() <= 4_096, "a name within its limit");
            Fuzz.require(file.toString().chars().noneMatch(Character::isISOControl), "a name that is harmless to log");
            return file.signatureValid() ? ClassicVerdict.ACCEPTED : ClassicVerdict.REJECTED;
        }
    }

    public static Map<String, Bytes> seeds() {
        Bytes handshake = Bytes.concat(VECTORS.handshake());
        Bytes file = Bytes.of("""
            {"filename": "a\\u0000\\ud800\u00fc.jpg", "image_data": "aGVsbG8=", "signature": "AAAA"}\
            """.getBytes(StandardCharsets.UTF_8));
        return Map.of(
                "session",
                Bytes.concat(
                        Bytes.fromHex("00"),
                        handshake,
                        VECTORS.get("text.record"),
                        VECTORS.get("text.empty.record"),
                        ClassicVectors.end()),
                "sealed",
                Writer.growing()
                        .u8(1)
                        .u8(0)
                        .vec16(VECTORS.get("text"))
                        .u8(1)
                        .vec16(file)
                        .toBytes());
    }
}
