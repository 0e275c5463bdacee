package dev.waxwing.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.Incident;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import dev.waxwing.wire.Writer;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ApplicationMessageTest {

    private static final ItemId ID = ItemId.parse("00112233445566778899aabbccddeeff");
    private static final Instant TIME = Instant.parse("2026-01-31T09:30:00.123Z");
    private static final Bytes BLOB = Bytes.of(new byte[] {1, 2, 3, 4, 5});
    private static final Bytes HASH = Bytes.of(new byte[32]);
    private static final Incident INCIDENT = new Incident(0x0123456789ABCDEFL);
    private static final long MAX = Reader.MAX_COUNTER;

    static Stream<ApplicationMessage> messages() {
        return Stream.of(
                new Text(7, ID, TIME, "gate open ✓ 𝄞"),
                new Text(MAX, ID, Instant.EPOCH, "a".repeat(Text.MAX_BYTES)),
                new TextAck(1),
                new TextRefused(9, RefusalReason.STORAGE_FULL, INCIDENT, Duration.ofSeconds(30)),
                new TextSeal(ID, List.of(1L, 2L, MAX), BLOB, BLOB),
                new ReceiptMessage(ID, BLOB, BLOB),
                new Refused(ID, RefusalReason.CONFLICT, INCIDENT, Duration.ofSeconds(0xFFFF_FFFFL)),
                new CertificateQuery(),
                new CertificateAnswer(List.of(BLOB, HASH)),
                new RootListQuery(),
                new RootListAnswer(HASH),
                new UploadOpen(ID, 3, 0, TIME, false, "image/jpeg", "IMG_0001.JPG"),
                new UploadOpen(ID, 3, MAX, Instant.parse("9999-12-31T23:59:59.999Z"), true, "a", "ü/../\u0001"),
                new UploadReady(ID, 65_536, HASH, UploadReady.MAX_WINDOW),
                new UploadData(ID, 4, BLOB.asByteBuffer()),
                new UploadAck(ID, 0),
                new UploadSeal(ID, BLOB, BLOB),
                new UploadCancel(ID),
                new RenewalRequest(false, BLOB),
                new RenewalRequest(true, HASH),
                new RenewalAnswer(List.of(HASH, BLOB)),
                new RenewalRefused(RefusalReason.TOO_MANY, INCIDENT, Duration.ofHours(24)));
    }

    @ParameterizedTest
    @MethodSource("messages")
    void comes_back_as_it_went(ApplicationMessage message) throws Exception {
        Reader in = Reader.of(encode(message));
        assertThat(ApplicationMessage.decode(in)).isEqualTo(message);
        assertThat(in.hasRemaining()).isFalse();
    }

    @ParameterizedTest
    @MethodSource("messages")
    void refuses_every_strict_prefix(ApplicationMessage message) {
        byte[] whole = encode(message);
        for (int length = 0; length < whole.length; length++) {
            ByteBuffer prefix = ByteBuffer.wrap(whole, 0, length);
            assertThatExceptionOfType(ProtocolException.class)
                    .isThrownBy(() -> ApplicationMessage.decode(Reader.of(prefix)));
        }
    }

    @ParameterizedTest
    @MethodSource("messages")
    void refuses_a_body_cut_short_whose_length_agrees(ApplicationMessage message) {
        byte[] whole = encode(message);
        int body = whole.length - ApplicationMessage.HEAD_BYTES;
        boolean endsInData = message instanceof UploadData;
        int step = Math.max(1, body / 500);
        for (int length = 0; length < (endsInData ? body - BLOB.size() + 1 : body); length += step) {
            byte[] cut = Arrays.copyOf(whole, ApplicationMessage.HEAD_BYTES + length);
            setLength(cut, length);
            refuses(cut);
        }
    }

    @ParameterizedTest
    @MethodSource("messages")
    void refuses_bytes_after_the_last_field(ApplicationMessage message) {
        if (message instanceof UploadData) {
            return;
        }
        byte[] whole = encode(message);
        byte[] longer = Arrays.copyOf(whole, whole.length + 1);
        setLength(longer, longer.length - ApplicationMessage.HEAD_BYTES);
        refuses(longer);
    }

    @ParameterizedTest
    @MethodSource("messages")
    void leaves_a_byte_behind_it_to_be_refused_as_no_message(ApplicationMessage message) throws Exception {
        byte[] whole = encode(message);
        for (int next = 0; next < 256; next++) {
            byte[] longer = Arrays.copyOf(whole, whole.length + 1);
            longer[whole.length] = (byte) next;
            Reader in = Reader.of(longer);
            assertThat(ApplicationMessage.decode(in)).isEqualTo(message);
            assertThatExceptionOfType(ProtocolException.class).isThrownBy(() -> ApplicationMessage.decode(in));
        }
    }

    @ParameterizedTest
    @MethodSource("messages")
    void changed_bytes_are_refused_or_mean_exactly_themselves(ApplicationMessage message) {
        byte[] whole = encode(message);
        Random random = new Random(message.type());
        for (int round = 0; round < 2_000; round++) {
            byte[] changed = whole.clone();
            for (int i = random.nextInt(3); i >= 0; i--) {
                changed[random.nextInt(Math.min(changed.length, 200))] = (byte) random.nextInt(256);
            }
            decodesOrRefuses(changed);
        }
    }

    @Test
    void random_bytes_are_refused_or_mean_exactly_themselves() {
        Random random = new Random(13);
        for (int round = 0; round < 50_000; round++) {
            byte[] bytes = new byte[random.nextInt(120)];
            random.nextBytes(bytes);
            if (bytes.length >= ApplicationMessage.HEAD_BYTES) {
                bytes[0] = (byte) random.nextInt(0x28);
                setLength(bytes, bytes.length - ApplicationMessage.HEAD_BYTES);
            }
            decodesOrRefuses(bytes);
        }
    }

    @Test
    void reads_several_messages_of_one_record_in_order() throws Exception {
        Writer out = Writer.growing();
        List<ApplicationMessage> sent = messages().toList();
        sent.forEach(message -> message.encode(out));
        Reader in = Reader.of(out.toBytes());
        for (ApplicationMessage message : sent) {
            assertThat(ApplicationMessage.decode(in)).isEqualTo(message);
        }
        in.end();
    }

    @ParameterizedTest
    @MethodSource("messages")
    void each_end_refuses_what_only_it_may_send(ApplicationMessage message) throws Exception {
        Reader atServer = Reader.of(encode(message));
        Reader atDevice = Reader.of(encode(message));
        switch (message) {
            case DeviceMessage m -> {
                assertThat(DeviceMessage.decode(atServer)).isEqualTo(m);
                assertThatExceptionOfType(ProtocolException.class).isThrownBy(() -> ServerMessage.decode(atDevice));
            }
            case ServerMessage m -> {
                assertThat(ServerMessage.decode(atDevice)).isEqualTo(m);
                assertThatExceptionOfType(ProtocolException.class).isThrownBy(() -> DeviceMessage.decode(atServer));
            }
        }
    }

    @Test
    void every_type_of_the_specification_is_covered_and_every_other_refused() {
        Set<Integer> known =
                new HashSet<>(messages().map(ApplicationMessage::type).toList());
        assertThat(known)
                .containsExactlyInAnyOrder(
                        1, 2, 3, 4, 5, 6, 7, 8, 9, 0x0A, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x20, 0x21, 0x22);
        for (int type = 0; type < 256; type++) {
            if (!known.contains(type)) {
                refuses(new byte[] {(byte) type, 0, 0, 0});
            }
        }
    }

    @Test
    void the_head_of_upload_data_and_the_bytes_behind_it_are_one_message() throws Exception {
        ByteBuffer record = ByteBuffer.allocate(100);
        UploadData.writeHead(record, ID, 4, BLOB.size());
        assertThat(record.position()).isEqualTo(UploadData.HEAD_SIZE);
        record.put(BLOB.toArray()).flip();
        assertThat(ApplicationMessage.decode(Reader.of(record))).isEqualTo(new UploadData(ID, 4, BLOB.asByteBuffer()));
    }

    @Test
    void upload_data_is_read_without_a_copy() throws Exception {
        byte[] record = encode(new UploadData(ID, 4, BLOB.asByteBuffer()));
        var data = ((UploadData) ApplicationMessage.decode(Reader.of(record))).data();
        record[record.length - 1] = 99;
        assertThat(data.get(BLOB.size() - 1)).isEqualTo((byte) 99);
    }

    @Test
    void the_fullest_messages_fit_one_record() {
        Bytes manifest = Bytes.of(new byte[ApplicationMessage.MAX_MANIFEST]);
        Bytes signature = Bytes.of(new byte[ApplicationMessage.MAX_SIGNATURE]);
        List<Long> counters =
                LongStream.rangeClosed(1, TextSeal.MAX_GROUP).boxed().toList();
        Bytes certificate = Bytes.of(new byte[CertificateAnswer.MAX_CHAIN_BYTES / 4 - 3]);
        ByteBuffer most = ByteBuffer.allocate(UploadData.MAX_DATA);
        for (ApplicationMessage message : List.of(
                new TextSeal(ID, counters, manifest, signature),
                new CertificateAnswer(List.of(certificate, certificate, certificate, certificate)),
                new RenewalAnswer(List.of(certificate, certificate, certificate, certificate)),
                new RenewalRequest(true, Bytes.of(new byte[RenewalRequest.MAX_REQUEST])),
                new UploadData(ID, 0, most))) {
            assertThat(encode(message).length).isLessThanOrEqualTo(66_048);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, MAX + 1, Long.MAX_VALUE, Long.MIN_VALUE})
    void counters_are_from_1_to_what_json_can_hold(long counter) {
        assertThatIllegalArgumentException().isThrownBy(() -> new TextAck(counter));
        refuses(Writer.growing().u8(TextAck.TYPE).u24(8).u64(counter).toBytes().toArray());
    }

    @Test
    void the_counters_of_a_group_ascend_and_are_at_most_a_thousand() {
        assertThatIllegalArgumentException().isThrownBy(() -> new TextSeal(ID, List.of(), BLOB, BLOB));
        assertThatIllegalArgumentException().isThrownBy(() -> new TextSeal(ID, List.of(2L, 2L), BLOB, BLOB));
        assertThatIllegalArgumentException().isThrownBy(() -> new TextSeal(ID, List.of(2L, 1L), BLOB, BLOB));
        List<Long> tooMany = LongStream.rangeClosed(1, 1_001).boxed().toList();
        assertThatIllegalArgumentException().isThrownBy(() -> new TextSeal(ID, tooMany, BLOB, BLOB));
    }

    @Test
    void text_must_be_well_formed_and_within_its_limit() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Text(1, ID, TIME, ""));
        assertThatIllegalArgumentException().isThrownBy(() -> new Text(1, ID, TIME, "\uD800"));
        assertThatIllegalArgumentException().isThrownBy(() -> new Text(1, ID, TIME, "ü".repeat(30_001)));
        byte[] illFormed = encode(new Text(1, ID, TIME, "ab"));
        illFormed[illFormed.length - 1] = (byte) 0xFF;
        refuses(illFormed);
    }

    @Test
    void times_are_whole_milliseconds_of_years_with_four_digits() {
        for (String time : List.of("1969-12-31T23:59:59.999Z", "+10000-01-01T00:00:00Z", "2026-01-01T00:00:00.0001Z")) {
            assertThatIllegalArgumentException().isThrownBy(() -> new Text(1, ID, Instant.parse(time), "a"));
        }
    }

    @Test
    void an_upload_names_a_printable_media_type_and_a_bounded_name() {
        for (String type : List.of("", "a".repeat(128), "image/jpeg\n", "ü", "\u007f")) {
            assertThatIllegalArgumentException().isThrownBy(() -> new UploadOpen(ID, 1, 1, TIME, false, type, "name"));
        }
        for (String name : List.of("", "a".repeat(4_097), "\uDC00")) {
            assertThatIllegalArgumentException().isThrownBy(() -> new UploadOpen(ID, 1, 1, TIME, false, "a/b", name));
        }
    }

    @Test
    void a_renewal_has_a_request_of_bounded_size_a_chain_of_bounded_length_and_no_third_kind_of_urgency() {
        assertThatIllegalArgumentException().isThrownBy(() -> new RenewalRequest(false, Bytes.EMPTY));
        Bytes tooLarge = Bytes.of(new byte[RenewalRequest.MAX_REQUEST + 1]);
        assertThatIllegalArgumentException().isThrownBy(() -> new RenewalRequest(false, tooLarge));
        assertThatIllegalArgumentException().isThrownBy(() -> new RenewalAnswer(List.of()));
        assertThatIllegalArgumentException().isThrownBy(() -> new RenewalAnswer(List.of(BLOB, BLOB, BLOB, BLOB, BLOB)));
        byte[] urgent = encode(new RenewalRequest(true, BLOB));
        urgent[ApplicationMessage.HEAD_BYTES] = 2;
        refuses(urgent);
    }

    @Test
    void refusal_reasons_have_the_codes_and_the_finality_of_the_specification() {
        for (RefusalReason reason : RefusalReason.values()) {
            assertThat(RefusalReason.of(reason.code())).isEqualTo(reason);
        }
        assertThat(Stream.of(RefusalReason.values()).filter(reason -> !reason.isFinal()))
                .extracting(RefusalReason::code)
                .containsExactly(3, 7, 8, 10);
        assertThatIllegalArgumentException().isThrownBy(() -> RefusalReason.of(0));
        assertThatIllegalArgumentException().isThrownBy(() -> RefusalReason.of(11));
    }

    private static byte[] encode(ApplicationMessage message) {
        Writer out = Writer.growing();
        message.encode(out);
        return out.toBytes().toArray();
    }

    private static void setLength(byte[] message, int length) {
        message[1] = (byte) (length >>> 16);
        message[2] = (byte) (length >>> 8);
        message[3] = (byte) length;
    }

    private static void refuses(byte[] bytes) {
        assertThatExceptionOfType(ProtocolException.class)
                .isThrownBy(() -> ApplicationMessage.decode(Reader.of(bytes)));
    }

    private static void decodesOrRefuses(byte[] bytes) {
        ApplicationMessage message;
        Reader in = Reader.of(bytes);
        try {
            message = ApplicationMessage.decode(in);
        } catch (ProtocolException e) {
            assertThat(e.code()).isEqualTo(AlertCode.PROTOCOL_ERROR);
            return;
        }
        assertThat(encode(message)).isEqualTo(Arrays.copyOf(bytes, bytes.length - in.remaining()));
    }
}
