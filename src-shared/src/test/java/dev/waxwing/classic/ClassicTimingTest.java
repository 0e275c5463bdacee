package dev.waxwing.classic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waxwing.timing.Comparison;
import dev.waxwing.timing.Experiment;
import dev.waxwing.timing.Experiment.Inputs;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a server of the classic protocol does with secrets, seen from a device with a clock. */
@Tag("timing")
class ClassicTimingTest {

    private static final int RECORDS = 20_000;
    private static final int DECRYPTIONS = 4_000;
    private static final int HANDSHAKES = 1_500;

    private static final int POOL = 64;
    private static final int HEAD = Header.SIZE + Integer.BYTES;
    private static final int SIZE = 4_096;

    private final Random random = new Random(3);
    private final ClassicVectors vectors = new ClassicVectors();
    private final RSAPublicKey serverKey = vectors.certificate("server").publicKey();
    private final RSAPrivateKey serverPrivateKey = vectors.privateKey("server");
    private final ClassicServer server = vectors.server();
    private final Bytes[] handshake = vectors.handshake();
    private final ClassicCertificate device = vectors.certificate("device");
    private final SessionKeys keys = vectors.keys();

    /** A record and the keys of the session that it comes into. */
    private record Attempt(SessionKeys keys, byte[] record) {}

    /** With the classes of Lucky Thirteen: what a server that decrypts first would take for padding. */
    @Test
    void a_record_that_cannot_be_opened_takes_the_same_time_whatever_it_would_be() throws Exception {
        Supplier<byte[]> right = () -> record(16, 0x10);
        SessionKeys others = SessionKeys.derive(bytes(32), Bytes.of(bytes(16)), Bytes.of(bytes(16)));
        assertThat(new Experiment<>("classic record", RECORDS, this::refuseRecord)
                        .group("MAC: first byte", pool(keys, wrongAt(-SessionKeys.MAC_SIZE, right)))
                        .group("MAC: last byte", pool(keys, wrongAt(-1, right)))
                        .group("MAC: last byte, padding of 1", pool(keys, wrongAt(-1, () -> record(1, 0x01))))
                        .group("MAC: last byte, no padding", pool(keys, wrongAt(-1, () -> record(1, 0x00))))
                        .group("ciphertext: first byte", pool(keys, wrongAt(HEAD, right)))
                        .group("ciphertext: last byte", pool(keys, wrongAt(-SessionKeys.MAC_SIZE - 1, right)))
                        .group("keys that nobody has", pool(others, right))
                        .group("random bytes", pool(keys, () -> {
                            byte[] record = right.get();
                            System.arraycopy(bytes(record.length - HEAD), 0, record, HEAD, record.length - HEAD);
                            return record;
                        }))
                        .run())
                .noneMatch(Comparison::isLeak);
    }

    /** Who can make the second class has the key of the MAC, so it is measured and not judged. */
    @Test
    void a_record_with_the_right_mac_and_without_padding() throws Exception {
        new Experiment<>("classic record", RECORDS / 4, this::refuseRecord)
                .group("MAC: last byte", pool(keys, wrongAt(-1, () -> record(16, 0x10))))
                .differing("right MAC, no padding", pool(keys, () -> record(1, 0x00)))
                .run();
    }

    /** Manger's oracle would be a difference between the first two; the others all begin with a zero. */
    @Test
    void oaep_that_does_not_open_takes_the_same_time_whatever_is_wrong() throws Exception {
        assertThat(new Experiment<>("RSA-OAEP", DECRYPTIONS, this::decrypt)
                        .group("begins with zero", ciphertexts(this::beginsWithZero))
                        .group("begins with another byte", ciphertexts(this::beginsWithoutZero))
                        .group("label hash: first byte", ciphertexts(() -> labelled(0, 32)))
                        .group("label hash: last byte", ciphertexts(() -> labelled(31, 32)))
                        .group("no end of padding", ciphertexts(() -> labelled(-1, -1)))
                        .run())
                .noneMatch(Comparison::isLeak);
    }

    /** Whether a ciphertext opens is known to whoever made it. */
    @Test
    void a_pre_master_secret_that_does_not_open_is_acknowledged_in_the_same_time() throws Exception {
        assertThat(new Experiment<>("classic PREM", HANDSHAKES, this::acknowledgePreMaster)
                        .group("begins with zero", ciphertexts(this::beginsWithZero))
                        .group("begins with another byte", ciphertexts(this::beginsWithoutZero))
                        .group("label hash: last byte", ciphertexts(() -> labelled(31, 32)))
                        .differing("opens", ciphertexts(() -> labelled(-1, 32)))
                        .differing("opens, 48 bytes", ciphertexts(() -> labelled(-1, 48)))
                        .run())
                .noneMatch(Comparison::isLeak);
    }

    @Test
    void an_acknowledgement_that_does_not_open_is_refused_in_the_same_time() throws Exception {
        Bytes another = vectors.acknowledgement("NONCE_RECEIVED");
        assertThat(new Experiment<>("classic acknowledgement", HANDSHAKES, this::refuseAcknowledgement)
                        .group("begins with zero", ciphertexts(this::beginsWithZero))
                        .group("begins with another byte", ciphertexts(this::beginsWithoutZero))
                        .differing("opens, another one", another::toArray)
                        .differing("opens, 13 bytes", ciphertexts(() -> labelled(-1, 13)))
                        .run())
                .noneMatch(Comparison::isLeak);
    }

    private long refuseRecord(Attempt attempt) throws IOException, InterruptedException {
        Wire wire = new Wire(new ByteArrayInputStream(attempt.record), OutputStream.nullOutputStream());
        var session = new ClassicServerSession(wire, device, Bytes.EMPTY, attempt.keys, ClassicLimits.DEFAULTS);
        long start = System.nanoTime();
        try {
            session.serve(new NoReceiver());
        } catch (ProtocolException e) {
            return System.nanoTime() - start;
        }
        throw new AssertionError("a record that should not open");
    }

    private long decrypt(byte[] ciphertext) {
        long start = System.nanoTime();
        byte[] opened = Rsa.decrypt(serverPrivateKey, ciphertext);
        long nanoseconds = System.nanoTime() - start;
        assertThat(opened).isNull();
        return nanoseconds;
    }

    /** From the last byte of the secret to the answer. */
    private long acknowledgePreMaster(byte[] ciphertext) throws IOException, ProtocolException {
        Bytes before = Bytes.concat(handshake[0], handshake[1], handshake[2], handshake[3]);
        Stopwatch watch = new Stopwatch(Bytes.concat(before, ClassicVectors.premaster(Bytes.of(ciphertext))));
        server.accept(watch, watch.answers, (certificate, nonce) -> {}).close();
        return watch.answered - watch.read;
    }

    /** From the last byte of the acknowledgement to the end. */
    private long refuseAcknowledgement(byte[] ciphertext) throws IOException {
        Stopwatch watch = new Stopwatch(Bytes.concat(handshake[0], handshake[1], Bytes.of(ciphertext)));
        try {
            server.accept(watch, watch.answers, (certificate, nonce) -> {});
        } catch (ProtocolException e) {
            return System.nanoTime() - watch.read;
        }
        throw new AssertionError("an acknowledgement that should not be taken");
    }

    /** Says what it has, and looks at the clock when the last of it is read and when an answer comes. */
    private static final class Stopwatch extends InputStream {

        private final ByteArrayInputStream in;
        private final OutputStream answers = new OutputStream() {
            @Override
            public void write(int b) {
                throw new AssertionError("every item leaves in one write");
            }

            @Override
            public void write(byte[] item, int from, int length) {
                answered = System.nanoTime();
            }
        };
        private long read;
        private long answered;

        Stopwatch(Bytes says) {
            this.in = new ByteArrayInputStream(says.toArray());
        }

        @Override
        public int read() {
            throw new AssertionError("every item is read as a whole");
        }

        @Override
        public int read(byte[] into, int from, int length) {
            int got = in.read(into, from, length);
            if (in.available() == 0) {
                read = System.nanoTime();
            }
            return got;
        }
    }

    private static final class NoReceiver implements ClassicReceiver {
        @Override
        public ClassicVerdict text(String text) {
            throw new AssertionError("a text that should not open");
        }

        @Override
        public ClassicVerdict file(ClassicFile file) {
            throw new AssertionError("a file that should not open");
        }
    }

    /** The same with another byte at one place, counted from the end if negative. */
    private Supplier<byte[]> wrongAt(int index, Supplier<byte[]> right) {
        return () -> {
            byte[] record = right.get();
            record[index < 0 ? record.length + index : index] ^= (byte) (1 + random.nextInt(255));
            return record;
        };
    }

    private Inputs<Attempt> pool(SessionKeys session, Supplier<byte[]> record) {
        List<byte[]> pool = Stream.generate(record).limit(POOL).toList();
        return () -> new Attempt(session, pool.get(random.nextInt(POOL)).clone());
    }

    /** A text's record under the session's keys whose plaintext ends in so many of these bytes, its padding or not. */
    private byte[] record(int times, int value) {
        byte[] plain = bytes(SIZE);
        Arrays.fill(plain, SIZE - times, SIZE, (byte) value);
        Bytes ciphertext = Bytes.of(keys.encrypting().update(plain));
        return Bytes.concat(
                        Bytes.of(Header.SECX.wire()),
                        ClassicVectors.u32(SIZE + SessionKeys.MAC_SIZE),
                        ciphertext,
                        Bytes.of(keys.mac().doFinal(ciphertext.toArray())))
                .toArray();
    }

    private byte[] bytes(int size) {
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        return bytes;
    }

    /** Many of a class, so that it is the class that is measured and not one number. */
    private Inputs<byte[]> ciphertexts(Supplier<byte[]> padded) {
        List<byte[]> pool =
                Stream.generate(padded).limit(POOL).map(this::encrypt).toList();
        return () -> pool.get(random.nextInt(POOL)).clone();
    }

    private byte[] encrypt(byte[] padded) {
        return fixed(new BigInteger(1, padded).modPow(serverKey.getPublicExponent(), serverKey.getModulus()));
    }

    private static byte[] fixed(BigInteger number) {
        byte[] bytes = new byte[Rsa.SIZE];
        byte[] value = number.toByteArray();
        int from = Math.max(0, value.length - bytes.length);
        System.arraycopy(value, from, bytes, bytes.length - (value.length - from), value.length - from);
        return bytes;
    }

    private byte[] beginsWithZero() {
        byte[] padded = bytes(Rsa.SIZE);
        padded[0] = 0;
        return padded;
    }

    private byte[] beginsWithoutZero() {
        byte[] padded = bytes(Rsa.SIZE);
        padded[0] = (byte) (1 + random.nextInt(127));
        return padded;
    }

    /**
     * OAEP of RFC 8017 section 7.1.1.
     *
     * @param wrong which byte of the label's hash is wrong; none if negative
     * @param size of the message; negative for none, and no byte that ends the padding
     */
    private byte[] labelled(int wrong, int size) {
        byte[] data = new byte[Rsa.SIZE - 32 - 1];
        System.arraycopy(sha256().digest(), 0, data, 0, 32);
        if (wrong >= 0) {
            data[wrong] ^= (byte) (1 + random.nextInt(255));
        }
        if (size >= 0) {
            System.arraycopy(bytes(size), 0, data, data.length - size, size);
            data[data.length - size - 1] = 0x01;
        }
        byte[] seed = bytes(32);
        mask(data, seed);
        mask(seed, data);
        return Bytes.concat(Bytes.of((byte) 0), Bytes.of(seed), Bytes.of(data)).toArray();
    }

    /** MGF1 with SHA-256. */
    private static void mask(byte[] masked, byte[] seed) {
        MessageDigest hash = sha256();
        for (int i = 0; i < masked.length; i += 32) {
            hash.update(seed);
            byte[] mask = hash.digest(ClassicVectors.u32(i / 32).toArray());
            for (int j = 0; j < 32 && i + j < masked.length; j++) {
                masked[i + j] ^= mask[j];
            }
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
