package dev.waxwing.recordlayer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waxwing.crypto.Aead;
import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.crypto.HybridKeyExchange.DeviceKeys;
import dev.waxwing.crypto.HybridKeyExchange.ServerAnswer;
import dev.waxwing.crypto.KeySchedule;
import dev.waxwing.crypto.KeySchedule.HandshakeSecret;
import dev.waxwing.crypto.Suite;
import dev.waxwing.timing.Comparison;
import dev.waxwing.timing.Experiment;
import dev.waxwing.timing.Experiment.Inputs;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.SessionId;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Protocol section 3.3: all failures of a record are indistinguishable to the peer. */
@Tag("timing")
class RecordTimingTest {

    private static final int SAMPLES = 20_000;
    private static final int INNER = 4_096;
    private static final int POOL = 16;
    private static final SessionId SESSION = new SessionId(Bytes.fromHex("00112233445566778899aabbccddeeff"));
    private static final int EPOCH = 2;

    private final Random random = new Random(2);
    private final SecureRandom secure = new SecureRandom();

    /** Records of 4 KiB, and whoever is to open them, with the same keys and memory for every attempt. */
    private final class Record {

        final CryptoProvider crypto;
        final Suite suite;
        final HandshakeSecret secret;
        final RecordHeader header;
        final ByteBuffer memory;
        Opener opener;

        Record(CryptoProvider crypto, Suite suite) {
            this.crypto = crypto;
            this.suite = suite;
            this.secret = secret(crypto, suite);
            this.header = new RecordHeader(EPOCH, suite.prefix() + INNER + suite.tagLength());
            this.memory = crypto.allocate(header.length());
            this.opener = opener();
        }

        byte[] seal(byte[] inner) {
            ByteBuffer text = crypto.allocate(header.length());
            text.put(suite.prefix(), inner).limit(suite.prefix() + inner.length);
            new Epoch(EPOCH, Direction.DEVICE_TO_SERVER, SESSION, aead(), Epoch.MAX_RECORDS).seal(header, text);
            byte[] sealed = new byte[header.length()];
            text.get(0, sealed);
            return sealed;
        }

        Opener opener() {
            Opener fresh = new Opener(Direction.DEVICE_TO_SERVER);
            fresh.change(EPOCH, SESSION, aead());
            return fresh;
        }

        Aead aead() {
            return crypto.aead(secret.client(Bytes.EMPTY).keys(), secure);
        }

        /** Payloads of one class, which all classes lay out in the same way. */
        Inputs<ByteBuffer> pool(Supplier<byte[]> payload) {
            List<byte[]> pool = Stream.generate(payload).limit(POOL).toList();
            return () -> memory.clear().put(0, pool.get(random.nextInt(POOL)));
        }

        /** The same for payloads that open, each of which is the first under its keys. */
        Inputs<ByteBuffer> renewing(Supplier<byte[]> payload) {
            Inputs<ByteBuffer> pool = pool(payload);
            return () -> {
                opener = opener();
                return pool.next();
            };
        }

        /** Nanoseconds until the record is refused. */
        long refuse(ByteBuffer attempt) {
            long start = System.nanoTime();
            try {
                opener.open(header, attempt);
            } catch (ProtocolException e) {
                return System.nanoTime() - start;
            }
            throw new AssertionError("a record that should not open");
        }

        /** Nanoseconds until the record is open. */
        long open(ByteBuffer attempt) throws ProtocolException {
            long start = System.nanoTime();
            opener.open(header, attempt);
            return System.nanoTime() - start;
        }
    }

    static Stream<Arguments> suites() {
        return Stream.of(Suite.values())
                .flatMap(suite -> Stream.concat(Stream.of(CryptoProvider.jdk()), CryptoProvider.conscrypt().stream())
                        .map(crypto -> Arguments.of(suite, crypto)));
    }

    @ParameterizedTest
    @MethodSource("suites")
    void a_record_that_does_not_open_takes_the_same_time_wherever_it_is_wrong(Suite suite, CryptoProvider crypto)
            throws Exception {
        Record record = new Record(crypto, suite);
        Supplier<byte[]> sealed = () -> record.seal(inner(4_000));
        var experiment = new Experiment<>(name(suite, crypto), SAMPLES, record::refuse)
                .group("tag: first byte", record.pool(wrongAt(-suite.tagLength(), sealed)))
                .group("tag: last byte", record.pool(wrongAt(-1, sealed)))
                .group("ciphertext: first byte", record.pool(wrongAt(suite.prefix(), sealed)))
                .group("ciphertext: last byte", record.pool(wrongAt(-suite.tagLength() - 1, sealed)));
        if (suite.prefix() > 0) {
            experiment.group("IV: first byte", record.pool(wrongAt(0, sealed)));
        }
        assertThat(experiment.run()).noneMatch(Comparison::isLeak);
    }

    /** The classes of Lucky Thirteen: what a MAC-then-encrypt receiver would take for much, little or no padding. */
    @ParameterizedTest
    @MethodSource("suites")
    void a_record_that_does_not_open_takes_the_same_time_whatever_its_padding(Suite suite, CryptoProvider crypto)
            throws Exception {
        Record record = new Record(crypto, suite);
        assertThat(new Experiment<>(name(suite, crypto), SAMPLES, record::refuse)
                        .group("bad tag, no padding", record.pool(wrongAt(-1, () -> record.seal(inner(INNER - 1)))))
                        .group("bad tag, 4,094 zeros", record.pool(wrongAt(-1, () -> record.seal(inner(1)))))
                        .group("bad tag, 256 bytes ff", record.pool(wrongAt(-1, () -> record.seal(endsInFf()))))
                        .group("random bytes", record.pool(() -> bytes(record.header.length())))
                        .run())
                .noneMatch(Comparison::isLeak);
    }

    /** Who can make the second class has the key, so it is measured and not judged. */
    @ParameterizedTest
    @MethodSource("suites")
    void a_record_that_opens_and_is_refused(Suite suite, CryptoProvider crypto) throws Exception {
        Record record = new Record(crypto, suite);
        new Experiment<>(name(suite, crypto), SAMPLES / 4, record::refuse)
                .group("bad tag", record.renewing(wrongAt(-1, () -> record.seal(inner(INNER - 1)))))
                .differing("unknown content type", record.renewing(() -> record.seal(endsInFf())))
                .differing("nothing but zeros", record.renewing(() -> record.seal(new byte[INNER])))
                .run();
    }

    /** Padding is taken off byte by byte, so that its length shows in time; no sender of ours pads beyond a block. */
    @ParameterizedTest
    @MethodSource("suites")
    void records_of_one_length_with_more_or_less_padding(Suite suite, CryptoProvider crypto) throws Exception {
        Record record = new Record(crypto, suite);
        new Experiment<>(name(suite, crypto), SAMPLES / 4, record::open)
                .group("opens, no padding", record.renewing(() -> record.seal(inner(INNER - 1))))
                .differing("opens, 15 bytes of padding", record.renewing(() -> record.seal(inner(INNER - 16))))
                .differing("opens, 4,094 bytes of padding", record.renewing(() -> record.seal(inner(1))))
                .run();
    }

    /** The same with another byte at one place, counted from the end if negative. */
    private Supplier<byte[]> wrongAt(int index, Supplier<byte[]> right) {
        return () -> {
            byte[] payload = right.get();
            payload[index < 0 ? payload.length + index : index] ^= (byte) (1 + random.nextInt(255));
            return payload;
        };
    }

    private static String name(Suite suite, CryptoProvider crypto) {
        return "record, " + suite + ", " + crypto.name();
    }

    /** An inner form with so many random bytes of content; the rest is padding. */
    private byte[] inner(int content) {
        byte[] inner = new byte[INNER];
        System.arraycopy(bytes(content), 0, inner, 0, content);
        inner[content] = (byte) ContentType.APPLICATION.code();
        return inner;
    }

    /** Whole padding for those who take ff for its length, and a content type that there is not. */
    private byte[] endsInFf() {
        byte[] inner = inner(INNER - 1);
        Arrays.fill(inner, INNER - 256, INNER, (byte) 0xFF);
        return inner;
    }

    private byte[] bytes(int size) {
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        return bytes;
    }

    private static HandshakeSecret secret(CryptoProvider crypto, Suite suite) {
        try {
            SecureRandom secure = new SecureRandom();
            DeviceKeys device = DeviceKeys.generate(crypto, secure);
            return KeySchedule.handshake(
                    suite, ServerAnswer.to(device.share(), crypto, secure).shared());
        } catch (ProtocolException e) {
            throw new IllegalStateException(e);
        }
    }
}
