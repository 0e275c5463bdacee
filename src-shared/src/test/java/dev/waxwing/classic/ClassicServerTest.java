package dev.waxwing.classic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.TruncatedException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The server against a device that says recorded bytes, right ones and wrong ones. */
class ClassicServerTest {

    private final ClassicVectors vectors = new ClassicVectors();
    private final Bytes[] handshake = vectors.handshake();
    private final Kept kept = new Kept();
    private final Written out = new Written();
    private ClassicGate gate = (device, nonce) -> {};
    private ClassicLimits limits = ClassicLimits.DEFAULTS;

    @Test
    void takes_texts_and_files_and_acknowledges_each_once_in_a_write_of_its_own() throws Exception {
        run(
                vectors.get("text.record"),
                vectors.get("file.record"),
                vectors.get("text.empty.record"),
                ClassicVectors.end());
        assertThat(kept.texts).containsExactly(vectors.text("text"), "");
        assertThat(kept.files).hasSize(1);
        assertThat(kept.files.getFirst().name()).isEqualTo(vectors.text("file.name"));
        assertThat(Bytes.copyOf(kept.files.getFirst().content())).isEqualTo(vectors.get("file.content"));
        assertThat(kept.files.getFirst().signatureValid()).isTrue();
        assertThat(out.said(vectors))
                .containsExactly(
                        "CERT_RECEIVED",
                        "HELLO_RECEIVED",
                        "<HELO>",
                        "16 bytes",
                        "PREM_RECEIVED",
                        "SEC_TEXT_RECEIVED",
                        "IMX_RECEIVED",
                        "SEC_TEXT_RECEIVED");
        assertThat(out.writes.get(2)).isEqualTo(ClassicVectors.hello(vectors.get("server.certificate")));
        assertThat(out.writes.get(3)).isEqualTo(vectors.get("server_nonce"));
    }

    @Test
    void reads_a_session_that_arrives_byte_by_byte() throws Exception {
        run(new Trickle(stream(vectors.get("text.record"), vectors.get("file.record"), ClassicVectors.end())));
        assertThat(kept.texts).containsExactly(vectors.text("text"));
        assertThat(kept.files).hasSize(1);
    }

    @Test
    void notices_an_end_of_the_stream_after_every_byte() {
        byte[] whole = Bytes.concat(stream(), vectors.get("text.record"), ClassicVectors.end())
                .toArray();
        for (int length = 0; length < whole.length; length++) {
            byte[] part = Arrays.copyOf(whole, length);
            assertThat(catchThrowableOfType(TruncatedException.class, () -> run(new ByteArrayInputStream(part))))
                    .as("after %d bytes", length)
                    .isNotNull();
        }
        assertThat(kept.files).isEmpty();
    }

    @Test
    void a_cut_record_never_reaches_the_receiver() {
        Bytes record = vectors.get("file.record");
        for (int length : new int[] {6, 10, 11, 5_000, record.size() - 32, record.size() - 1}) {
            assertThat(catchThrowableOfType(TruncatedException.class, () -> run(record.slice(0, length))))
                    .as("after %d bytes", length)
                    .isNotNull();
        }
        assertThat(kept.files).isEmpty();
    }

    static Stream<String> headers() {
        return Stream.of(
                "<HELO>", "<PREM>", "<SECX>", "<IMGX>", "<ENDD>", "<TEXT>", "<FILE>", "<CERT>", "<helo>", "GET / ");
    }

    @ParameterizedTest
    @MethodSource("headers")
    void takes_nothing_but_a_hello_first(String header) {
        if (header.equals("<HELO>")) {
            return;
        }
        assertRefused(ClassicVectors.item(header, vectors.get("device.certificate")));
        assertThat(out.writes).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("headers")
    void takes_nothing_but_a_pre_master_secret_after_the_nonces(String header) {
        if (header.equals("<PREM>")) {
            return;
        }
        assertRefused(Bytes.concat(
                handshake[0],
                handshake[1],
                handshake[2],
                handshake[3],
                ClassicVectors.item(header, vectors.get("prem"))));
        assertThat(out.said(vectors)).endsWith("16 bytes");
    }

    @ParameterizedTest
    @MethodSource("headers")
    void takes_only_records_and_the_end_once_the_session_is_set_up(String header) throws Exception {
        if (List.of("<SECX>", "<IMGX>", "<ENDD>").contains(header)) {
            return;
        }
        assertRefused(stream(vectors.get("text.record"), ClassicVectors.item(header, vectors.get("prem"))));
        assertThat(out.said(vectors)).endsWith("SEC_TEXT_RECEIVED");
    }

    @Test
    void refuses_a_second_pre_master_secret() {
        assertRefused(stream(handshake[4], vectors.get("text.record")));
        assertThat(kept.texts).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 8_193, 0x7FFF_FFFFL, 0x8000_0000L, 0xFFFF_FFFFL})
    void refuses_a_certificate_by_its_length_before_reading_it(long length) {
        assertRefusedAtTheEndOf(Bytes.concat(ClassicVectors.ascii("<HELO>"), ClassicVectors.u32(length)));
        assertThat(out.writes).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 255, 257, 0xFFFF_FFFFL})
    void refuses_a_pre_master_secret_that_has_not_256_bytes(long length) {
        assertRefusedAtTheEndOf(Bytes.concat(
                handshake[0],
                handshake[1],
                handshake[2],
                handshake[3],
                ClassicVectors.ascii("<PREM>"),
                ClassicVectors.u32(length)));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 16, 32, 47, 49, 60_064, 0x7FFF_FFFFL, 0xFFFF_FFFFL})
    void refuses_a_text_by_its_length_before_reading_it(long length) {
        assertRefusedAtTheEndOf(stream(ClassicVectors.ascii("<SECX>"), ClassicVectors.u32(length)));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 47, 12_000_000, 0x7FFF_FFFFL, 0xFFFF_FFFFL})
    void refuses_a_file_by_its_length_before_reading_it(long length) {
        assertRefusedAtTheEndOf(stream(ClassicVectors.ascii("<IMGX>"), ClassicVectors.u32(length)));
    }

    @Test
    void takes_memory_as_bytes_arrive_and_not_as_they_are_announced() {
        Watched in = new Watched(stream(ClassicVectors.ascii("<IMGX>"), ClassicVectors.u32(8_000_048)));
        assertThat(catchThrowableOfType(TruncatedException.class, () -> run(in)))
                .isNotNull();
        assertThat(in.mostWanted).isEqualTo(65_536);
    }

    @Test
    void a_text_of_exactly_the_limit_is_taken_and_one_byte_more_is_not() throws Exception {
        limits = new ClassicLimits(64, 1);
        run(text("x".repeat(64)), ClassicVectors.end());
        assertThat(kept.texts).containsExactly("x".repeat(64));
        assertRefused(stream(text("x".repeat(80))));
    }

    @Test
    void a_file_of_exactly_the_limit_is_taken_and_one_byte_more_is_not() throws Exception {
        limits = new ClassicLimits(1, 7_001);
        run(vectors.get("file.record"), ClassicVectors.end());
        assertThat(kept.files).hasSize(1);
        limits = new ClassicLimits(1, 7_000);
        assertRefused(stream(vectors.get("file.record")));
    }

    @Test
    void a_record_can_come_again_because_the_format_does_not_number_them() throws Exception {
        run(vectors.get("text.record"), vectors.get("text.record"), ClassicVectors.end());
        assertThat(kept.texts).hasSize(2);
    }

    @Test
    void refuses_a_certificate_of_another_authority_only_after_it_was_acknowledged_and_the_nonce_came() {
        ClassicCertificate forged = ClassicCertificate.issue(
                "camera-7", vectors.certificate("device").publicKey(), vectors.privateKey("device"));
        ProtocolException refusal =
                assertRefused(Bytes.concat(ClassicVectors.hello(forged.encode()), handshake[1], handshake[2]));
        assertThat(refusal.code()).isEqualTo(AlertCode.AUTH_FAILED);
        assertThat(out.said(vectors)).containsExactly("CERT_RECEIVED");
    }

    @Test
    void refuses_a_certificate_whose_name_was_changed() {
        String changed = new String(vectors.get("device.certificate").toArray(), StandardCharsets.UTF_8)
                .replace("camera-7", "camera-8");
        assertThat(assertRefused(Bytes.concat(
                                ClassicVectors.hello(ClassicVectors.ascii(changed)), handshake[1], handshake[2]))
                        .code())
                .isEqualTo(AlertCode.AUTH_FAILED);
    }

    @Test
    void refuses_its_own_certificate_from_a_device() {
        assertThat(assertRefused(Bytes.concat(ClassicVectors.hello(vectors.get("server.certificate")), handshake[1]))
                        .code())
                .isEqualTo(AlertCode.AUTH_FAILED);
    }

    @Test
    void the_gate_sees_certificate_and_nonce_before_the_private_key_is_used_and_its_refusal_is_silent() {
        List<Bytes> nonces = new ArrayList<>();
        gate = new ClassicGate() {
            @Override
            public void admit(ClassicCertificate device, Bytes nonce) throws ProtocolException {
                assertThat(device).isEqualTo(vectors.certificate("device"));
                nonces.add(nonce);
                throw new ProtocolException(AlertCode.AUTH_FAILED, "not listed");
            }

            @Override
            public Permit privateKey() {
                throw new AssertionError("the private key is not needed for a refusal");
            }
        };
        assertThat(assertRefused(stream())).hasMessageContaining("not listed");
        assertThat(nonces).containsExactly(vectors.get("device_nonce"));
        assertThat(out.said(vectors)).containsExactly("CERT_RECEIVED");
    }

    @Test
    void asks_for_leave_before_each_use_of_the_private_key_and_gives_it_back() throws Exception {
        int[] taken = new int[2];
        gate = new ClassicGate() {
            @Override
            public void admit(ClassicCertificate device, Bytes nonce) {}

            @Override
            public Permit privateKey() {
                assertThat(taken[0]++).isEqualTo(taken[1]);
                return () -> taken[1]++;
            }
        };
        run(ClassicVectors.end());
        assertThat(taken).containsExactly(3, 3);
    }

    @Test
    void a_pre_master_secret_that_cannot_be_opened_fails_like_a_wrong_mac_and_not_before() throws Exception {
        byte[] broken = vectors.get("prem").toArray();
        broken[100] ^= 1;
        Bytes oneByteShort = Bytes.of(Rsa.encrypt(
                vectors.certificate("server").publicKey(),
                vectors.get("pre_master").slice(0, 31).toArray()));
        List<String> outcomes = new ArrayList<>();
        for (Bytes premaster : List.of(Bytes.of(broken), Bytes.of(new byte[256]), oneByteShort, highest())) {
            Written each = new Written();
            ProtocolException failure = catchThrowableOfType(
                    ProtocolException.class,
                    () -> run(
                            new ByteArrayInputStream(Bytes.concat(
                                            handshake[0],
                                            handshake[1],
                                            handshake[2],
                                            handshake[3],
                                            ClassicVectors.premaster(premaster),
                                            vectors.get("text.record"))
                                    .toArray()),
                            each));
            assertThat(each.said(vectors)).endsWith("PREM_RECEIVED");
            outcomes.add(failure.getMessage());
        }
        ProtocolException mac =
                catchThrowableOfType(ProtocolException.class, () -> run(vectors.get("text.bad_mac.record")));
        assertThat(outcomes).containsOnly(mac.getMessage());
        assertThat(kept.texts).isEmpty();
    }

    @Test
    void an_acknowledgement_that_says_something_else_and_one_that_cannot_be_opened_end_alike() {
        ProtocolException other =
                assertRefused(Bytes.concat(handshake[0], handshake[1], vectors.acknowledgement("PREM_RECEIVED")));
        ProtocolException broken = assertRefused(Bytes.concat(handshake[0], handshake[1], Bytes.of(new byte[256])));
        assertThat(other).hasMessage(broken.getMessage());
    }

    @Test
    void a_rejected_file_gets_its_word_and_the_session_goes_on() throws Exception {
        kept.verdict = ClassicVerdict.REJECTED;
        run(vectors.get("file.record"), vectors.get("file.record"), ClassicVectors.end());
        assertThat(out.said(vectors)).endsWith("PREM_RECEIVED", "IMX_REJECTED", "IMX_REJECTED");
    }

    @Test
    void a_rejected_text_ends_the_session_without_a_word() {
        kept.verdict = ClassicVerdict.REJECTED;
        ProtocolException refusal = assertRefused(stream(vectors.get("text.record")));
        assertThat(refusal.code()).isEqualTo(AlertCode.POLICY);
        assertThat(out.said(vectors)).endsWith("PREM_RECEIVED");
    }

    @Test
    void nothing_is_acknowledged_when_the_receiver_fails() {
        kept.failure = new IOException("disk full");
        assertThat(catchThrowableOfType(IOException.class, () -> run(vectors.get("file.record"))))
                .hasMessage("disk full");
        assertThat(out.said(vectors)).endsWith("PREM_RECEIVED");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "{\"filename\": \"a\", \"image_data\": \"AAAA\"}",
                "{\"filename\": \"a\", \"image_data\": \"AAAA\", \"signature\": \"AAAA\", \"more\": \"\"}",
                "{\"filename\": \"a\", \"filename\": \"a\", \"image_data\": \"AAAA\", \"signature\": \"AAAA\"}",
                "{\"filename\": \"a\", \"image_data\": \"AAA\", \"signature\": \"AAAA\"}",
                "{\"filename\": \"a\", \"image_data\": \"AA\\n==\", \"signature\": \"AAAA\"}",
                "{\"filename\": 1, \"image_data\": \"AAAA\", \"signature\": \"AAAA\"}",
                "{\"filename\": \"a\", \"image_data\": \"AAAA\", \"signature\": \"AAAA\"} x"
            })
    void a_file_in_another_form_is_refused_in_silence(String json) {
        assertRefused(stream(record(Header.IMGX, json)));
        assertThat(out.said(vectors)).endsWith("PREM_RECEIVED");
    }

    @Test
    void a_file_with_a_wrong_signature_reaches_the_receiver_as_such() throws Exception {
        run(
                record(Header.IMGX, "{\"signature\":\"AAAA\",\"image_data\":\"\",\"filename\":\"\\ud800\"}"),
                ClassicVectors.end());
        assertThat(kept.files.getFirst().signatureValid()).isFalse();
        assertThat(kept.files.getFirst().size()).isZero();
        assertThat(kept.files.getFirst().name()).isEqualTo("\ud800");
    }

    @Test
    void a_text_in_ill_formed_utf_8_is_refused() {
        try (SessionKeys keys = vectors.keys()) {
            byte[] record = new RecordWriter(Header.SECX, 2, keys)
                    .write(new byte[] {(byte) 0xC3, 0x28})
                    .finish();
            assertRefused(stream(Bytes.of(record)));
        }
    }

    private Bytes highest() {
        byte[] ones = new byte[256];
        Arrays.fill(ones, (byte) 0xFF);
        return Bytes.of(ones);
    }

    private Bytes text(String text) {
        return record(Header.SECX, text);
    }

    private Bytes record(Header header, String ascii) {
        byte[] plain = ClassicVectors.ascii(ascii).toArray();
        try (SessionKeys keys = vectors.keys()) {
            return Bytes.of(
                    new RecordWriter(header, plain.length, keys).write(plain).finish());
        }
    }

    /** The handshake and what follows it. */
    private Bytes stream(Bytes... records) {
        return Bytes.concat(Bytes.concat(handshake), Bytes.concat(records));
    }

    private ProtocolException assertRefused(Bytes stream) {
        ProtocolException refusal =
                catchThrowableOfType(ProtocolException.class, () -> run(new ByteArrayInputStream(stream.toArray())));
        assertThat(refusal).isNotNull();
        return refusal;
    }

    /** Refused without waiting for one more byte. */
    private void assertRefusedAtTheEndOf(Bytes stream) {
        InputStream nothingMore = new InputStream() {
            @Override
            public int read() {
                throw new AssertionError("the length alone is reason enough");
            }
        };
        InputStream in = new SequenceInputStream(new ByteArrayInputStream(stream.toArray()), nothingMore);
        assertThat(catchThrowableOfType(ProtocolException.class, () -> run(in))).isNotNull();
    }

    private void run(Bytes... records) throws Exception {
        run(new ByteArrayInputStream(stream(records).toArray()));
    }

    private void run(InputStream in) throws Exception {
        run(in, out);
    }

    private void run(InputStream in, Written out) throws Exception {
        try (ClassicServerSession session = vectors.server(limits).accept(in, out, gate)) {
            assertThat(session.device()).isEqualTo(vectors.certificate("device"));
            assertThat(session.deviceNonce()).isEqualTo(vectors.get("device_nonce"));
            session.serve(kept);
        }
    }

    /** Keeps what came. */
    private static final class Kept implements ClassicReceiver {

        final List<String> texts = new ArrayList<>();
        final List<ClassicFile> files = new ArrayList<>();
        ClassicVerdict verdict = ClassicVerdict.ACCEPTED;
        IOException failure;

        @Override
        public ClassicVerdict text(String text) {
            texts.add(text);
            return verdict;
        }

        @Override
        public ClassicVerdict file(ClassicFile file) throws IOException {
            if (failure != null) {
                throw failure;
            }
            files.add(file);
            return verdict;
        }
    }

    /** Each write as one item. */
    private static final class Written extends ByteArrayOutputStream {

        final List<Bytes> writes = new ArrayList<>();

        @Override
        public synchronized void write(byte[] bytes, int from, int length) {
            writes.add(Bytes.of(Arrays.copyOfRange(bytes, from, from + length)));
        }

        @Override
        public void write(byte[] bytes) {
            write(bytes, 0, bytes.length);
        }

        /** In the words of the protocol. */
        List<String> said(ClassicVectors vectors) {
            return writes.stream().map(item -> word(item, vectors)).toList();
        }

        private static String word(Bytes item, ClassicVectors vectors) {
            if (item.size() == 256) {
                byte[] text = Rsa.decrypt(vectors.privateKey("device"), item.toArray());
                return text == null ? "?" : new String(text, StandardCharsets.US_ASCII);
            }
            return item.size() > 256
                    ? new String(item.slice(0, 6).toArray(), StandardCharsets.US_ASCII)
                    : item.size() + " bytes";
        }
    }

    /** One byte for each read. */
    private static final class Trickle extends FilterInputStream {

        Trickle(Bytes bytes) {
            super(new ByteArrayInputStream(bytes.toArray()));
        }

        @Override
        public int read(byte[] into, int from, int length) throws IOException {
            return super.read(into, from, Math.min(1, length));
        }
    }

    /** Remembers how much room was offered to it at once. */
    private static final class Watched extends InputStream {

        private final ByteArrayInputStream in;
        private int mostWanted;

        Watched(Bytes bytes) {
            this.in = new ByteArrayInputStream(bytes.toArray());
        }

        @Override
        public int read() {
            return in.read();
        }

        @Override
        public int read(byte[] into, int from, int length) {
            mostWanted = Math.max(mostWanted, length);
            return in.read(into, from, length);
        }
    }
}
