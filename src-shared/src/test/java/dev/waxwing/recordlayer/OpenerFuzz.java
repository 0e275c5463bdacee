package dev.waxwing.recordlayer;

import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.crypto.HybridKeyExchange.DeviceKeys;
import dev.waxwing.crypto.HybridKeyExchange.ServerAnswer;
import dev.waxwing.crypto.KeySchedule;
import dev.waxwing.crypto.KeySchedule.HandshakeSecret;
import dev.waxwing.crypto.Suite;
import dev.waxwing.crypto.TrafficKeys;
import dev.waxwing.fuzz.Fuzz;
import dev.waxwing.vectors.VectorFile;
import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.SessionId;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Input: a byte of flags, then either records as they would come from the stream ({@code 0x01} clear) or the inner form of
 * one record, which is sealed with the right key ({@code 0x01} set). {@code 0x02}: plain epoch instead of a protected one;
 * {@code 0x04}: the former key may still carry an alert; {@code 0xF0}: which suite.
 */
public final class OpenerFuzz {

    private static final CryptoProvider CRYPTO = CryptoProvider.jdk();
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final SessionId SESSION = new SessionId(Bytes.fromHex("00112233445566778899aabbccddeeff"));
    private static final Map<Suite, HandshakeSecret> SECRETS =
            Stream.of(Suite.values()).collect(Collectors.toMap(Function.identity(), OpenerFuzz::secret));

    private OpenerFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length == 0) {
            return;
        }
        int flags = Byte.toUnsignedInt(input[0]);
        Suite suite = Suite.values()[(flags >> 4) % Suite.values().length];
        Fuzz.once(input, 1 << 20, 64, () -> {
            ByteBuffer rest = ByteBuffer.wrap(input, 1, input.length - 1).slice();
            try (Opener opener = opener(flags, suite)) {
                if ((flags & 0x01) == 0) {
                    openAll(opener, rest);
                } else {
                    openInner(opener, suite, rest);
                }
            } catch (ProtocolException e) {
                Fuzz.require(e.code() == AlertCode.PROTOCOL_ERROR, "protocol_error");
            }
        });
    }

    private static Opener opener(int flags, Suite suite) {
        Opener opener = new Opener(Direction.DEVICE_TO_SERVER);
        if ((flags & 0x02) == 0) {
            opener.change(1, SessionId.NONE, CRYPTO.aead(keys(suite), RANDOM));
            if ((flags & 0x04) == 0) {
                opener.change(2, SESSION, CRYPTO.aead(keys(suite), RANDOM));
            } else {
                opener.changeAllowingLateAlert(2, SESSION, CRYPTO.aead(keys(suite), RANDOM));
            }
        }
        return opener;
    }

    private static void openAll(Opener opener, ByteBuffer stream) throws ProtocolException {
        while (stream.remaining() >= RecordHeader.SIZE) {
            RecordHeader header = RecordHeader.decode(stream);
            opener.check(header);
            if (stream.remaining() < RecordHeader.SIZE + header.length()) {
                return;
            }
            stream.position(stream.position() + RecordHeader.SIZE);
            byte[] payload = new byte[header.length()];
            stream.get(payload);
            ByteBuffer content = ByteBuffer.wrap(payload);
            ContentType type = opener.open(header, content);
            Fuzz.require(opener.epoch() == 0, "nobody without the key makes a record");
            Fuzz.require(type == ContentType.HANDSHAKE || type == ContentType.ALERT, "legal in epoch 0");
            Fuzz.require(content.remaining() == header.length() - 1, "no padding in a plain record");
        }
    }

    private static void openInner(Opener opener, Suite suite, ByteBuffer inner) throws ProtocolException {
        boolean plain = opener.epoch() == 0;
        if (!inner.hasRemaining() || inner.remaining() > 66_304 || !plain && inner.remaining() % suite.block() != 0) {
            return;
        }
        int prefix = plain ? 0 : suite.prefix();
        int tag = plain ? 0 : suite.tagLength();
        ByteBuffer record = ByteBuffer.allocate(prefix + inner.remaining() + tag);
        record.position(prefix).put(inner.duplicate()).flip();
        RecordHeader header = new RecordHeader(opener.epoch(), record.capacity());
        if (!plain) {
            new Epoch(2, Direction.DEVICE_TO_SERVER, SESSION, CRYPTO.aead(keys(suite), RANDOM), 1).seal(header, record);
        }
        ContentType type = opener.open(header, record);
        // What was taken is what was meant: the content, its type, and nothing but zeros behind it.
        Fuzz.require(record.equals(inner.slice(0, record.remaining())), "the content as it was sent");
        Fuzz.require(inner.get(record.remaining()) == type.code(), "the type as it was sent");
        Fuzz.require(record.remaining() <= RecordHeader.MAX_CONTENT, "content within its limit");
    }

    private static TrafficKeys keys(Suite suite) {
        return SECRETS.get(suite).client(Bytes.EMPTY).keys();
    }

    private static HandshakeSecret secret(Suite suite) {
        try {
            DeviceKeys device = DeviceKeys.generate(CRYPTO, RANDOM);
            return KeySchedule.handshake(
                    suite, ServerAnswer.to(device.share(), CRYPTO, RANDOM).shared());
        } catch (ProtocolException e) {
            throw new IllegalStateException(e);
        }
    }

    public static Map<String, Bytes> seeds() {
        Bytes hello = VectorFile.read("handshake-aes-256-gcm-sha384.txt").get("record.ServerHello");
        Bytes alert = Bytes.fromHex("d501000000000021" + "01" + "00".repeat(31) + "03");
        return Map.of(
                "plain",
                Bytes.concat(Bytes.fromHex("02"), hello, alert),
                "forged",
                Bytes.concat(Bytes.fromHex("04"), Bytes.fromHex("d502000001000021" + "00".repeat(33))),
                "application",
                Bytes.fromHex("01" + "0102030405" + "02" + "0000"),
                "late-alert",
                Bytes.fromHex("15" + "01" + "00".repeat(31) + "03"),
                "close",
                Bytes.fromHex("1104"),
                "composed",
                Bytes.fromHex("21" + "01020304050607080910111213" + "02" + "0000"));
    }
}
