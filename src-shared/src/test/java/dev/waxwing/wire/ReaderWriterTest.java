package dev.waxwing.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ReadOnlyBufferException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Protocol sections 1 and 11.1. */
class ReaderWriterTest {

    @Test
    void integers_are_unsigned_and_big_endian() throws Exception {
        Bytes bytes = Writer.growing()
                .u8(0xFE)
                .u16(0xFEDC)
                .u24(0xFEDCBA)
                .u32(0xFEDCBA98L)
                .u64(0xFEDCBA9876543210L)
                .toBytes();
        assertThat(bytes.hex()).isEqualTo("fe" + "fedc" + "fedcba" + "fedcba98" + "fedcba9876543210");
        Reader in = Reader.of(bytes);
        assertThat(in.u8()).isEqualTo(0xFE);
        assertThat(in.u16()).isEqualTo(0xFEDC);
        assertThat(in.u24()).isEqualTo(0xFEDCBA);
        assertThat(in.u32()).isEqualTo(0xFEDCBA98L);
        assertThat(in.u64()).isEqualTo(0xFEDCBA9876543210L);
        in.end();
    }

    @Test
    void reads_big_endian_whatever_the_buffer_says() throws Exception {
        ByteBuffer buffer = ByteBuffer.wrap(new byte[] {9, 1, 2})
                .order(ByteOrder.LITTLE_ENDIAN)
                .position(1);
        assertThat(Reader.of(buffer).u16()).isEqualTo(0x0102);
        assertThat(buffer.position()).isEqualTo(1);
    }

    @Test
    void counters_and_times_survive_a_json_number() throws Exception {
        assertThat(Reader.of(Bytes.fromHex("001fffffffffffff")).counter()).isEqualTo(Reader.MAX_COUNTER);
        refused(() -> Reader.of(Bytes.fromHex("0020000000000000")).counter());
        refused(() -> Reader.of(Bytes.fromHex("ffffffffffffffff")).instant());
        Instant instant = Instant.parse("2026-06-01T12:00:00.123Z");
        assertThat(Reader.of(Writer.growing().instant(instant).toBytes()).instant())
                .isEqualTo(instant);
        assertThatThrownBy(() -> Writer.growing().counter(Reader.MAX_COUNTER + 1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void vectors_have_their_length_in_bytes_before_them() throws Exception {
        Bytes value = Bytes.fromHex("0102");
        Bytes bytes = Writer.growing()
                .vec8(value)
                .vec16(value)
                .vec24(value)
                .vec24(list -> list.vec8(value).vec8(Bytes.EMPTY))
                .toBytes();
        assertThat(bytes.hex()).isEqualTo("020102" + "00020102" + "0000020102" + "00000402010200");
        Reader in = Reader.of(bytes);
        assertThat(in.vec8(0, 2)).isEqualTo(value);
        assertThat(in.vec16(0, 2)).isEqualTo(value);
        assertThat(in.vec24(0, 2)).isEqualTo(value);
        Reader list = in.list24(0, 4);
        assertThat(list.vec8(0, 2)).isEqualTo(value);
        assertThat(list.vec8(0, 0)).isEqualTo(Bytes.EMPTY);
        list.end();
        in.end();
    }

    @Test
    void refuses_what_is_not_there_what_is_left_over_and_what_is_out_of_range() {
        refused(() -> Reader.of(Bytes.EMPTY).u8());
        refused(() -> Reader.of(Bytes.fromHex("01")).u16());
        refused(() -> Reader.of(Bytes.fromHex("0102")).u24());
        refused(() -> Reader.of(Bytes.fromHex("010203")).u32());
        refused(() -> Reader.of(Bytes.fromHex("01020304050607")).u64());
        refused(() -> Reader.of(Bytes.fromHex("02ff")).vec8(0, 255));
        refused(() -> Reader.of(Bytes.fromHex("ffffff")).vec24(0, 0xFFFFFF));
        refused(() -> Reader.of(Bytes.fromHex("02ffff")).vec8(0, 1));
        refused(() -> Reader.of(Bytes.fromHex("01ff")).vec8(2, 5));
        refused(() -> Reader.of(Bytes.fromHex("07")).u8(1, 6));
        refused(() -> Reader.of(Bytes.fromHex("07")).end());
    }

    @Test
    void a_list_does_not_see_what_is_behind_it() throws Exception {
        Reader list = Reader.of(Bytes.fromHex("0101ff")).list8(0, 1);
        assertThat(list.u8()).isEqualTo(1);
        refused(list::u8);
    }

    @ParameterizedTest
    @ValueSource(strings = {"80", "c0af", "eda080", "f4908080", "c3", "ff"})
    void refuses_ill_formed_utf_8(String hex) {
        Bytes text = Writer.growing().vec8(Bytes.fromHex(hex)).toBytes();
        refused(() -> Reader.of(text).text8(0, 10));
    }

    @Test
    void carries_text() throws Exception {
        String text = "Straße \u0000 \uD83D\uDC26";
        Bytes bytes = Writer.growing().text8(text).text16(text).text24(text).toBytes();
        Reader in = Reader.of(bytes);
        assertThat(in.text8(0, 20)).isEqualTo(text);
        assertThat(in.text16(0, 20)).isEqualTo(text);
        assertThat(in.text24(0, 20)).isEqualTo(text);
    }

    @Test
    void a_writer_is_finished_without_a_copy_when_its_memory_is_full() {
        Writer exact = Writer.growing(16).u64(1).u64(2);
        assertThat(exact.written().array()).hasSize(16);
        assertThat(exact.finish()).isEqualTo(Bytes.fromHex("00000000000000010000000000000002"));
        assertThat(Writer.growing(16).u64(1).finish()).isEqualTo(Bytes.fromHex("0000000000000001"));
    }

    @Test
    void a_writer_uses_its_memory_again() {
        Writer out = Writer.growing(16).u64(1).u64(2).u64(3);
        assertThat(out.written().remaining()).isEqualTo(24);
        out.clear();
        assertThat(out.written().remaining()).isZero();
        assertThat(out.u8(7).toBytes()).isEqualTo(Bytes.of((byte) 7));
    }

    @Test
    void a_writer_into_a_given_buffer_stays_in_it() {
        ByteBuffer buffer = ByteBuffer.allocate(5);
        Writer out = Writer.into(buffer);
        out.u32(1);
        assertThat(buffer.position()).isEqualTo(4);
        assertThatThrownBy(() -> out.u16(1)).isInstanceOf(BufferOverflowException.class);
        assertThatThrownBy(() -> out.u8(256)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void alerts_have_32_bytes_and_come_back() throws Exception {
        Alert alert = new Alert(AlertCode.BUSY, new Incident(0xFEDCBA9876543210L), Duration.ofSeconds(90));
        assertThat(alert.encode().hex()).isEqualTo("04" + "fedcba9876543210" + "0000005a" + "00".repeat(19));
        assertThat(Alert.decode(alert.encode().asByteBuffer())).isEqualTo(alert);
        assertThat(alert.incident()).hasToString("fedcba9876543210");
        assertThat(Incident.parse("fedcba9876543210")).isEqualTo(alert.incident());
    }

    @Test
    void refuses_alerts_of_another_length_code_or_filling() {
        Bytes good = new Alert(AlertCode.POLICY, Incident.NONE).encode();
        for (int i = 0; i < good.size(); i++) {
            Bytes prefix = good.slice(0, i);
            refused(() -> Alert.decode(prefix.asByteBuffer()));
        }
        for (Bytes bad : List.of(
                Bytes.concat(good, Bytes.fromHex("00")),
                Bytes.concat(Bytes.fromHex("00"), good.slice(1, 32)),
                Bytes.concat(Bytes.fromHex("08"), good.slice(1, 32)),
                Bytes.concat(good.slice(0, 31), Bytes.fromHex("01")),
                Bytes.concat(good.slice(0, 13), Bytes.fromHex("01"), good.slice(14, 32)))) {
            refused(() -> Alert.decode(bad.asByteBuffer()));
        }
    }

    @Test
    void random_alerts_are_decoded_or_refused_and_nothing_else() {
        Random random = new Random(7);
        for (int i = 0; i < 10_000; i++) {
            byte[] bytes = new byte[random.nextInt(40)];
            random.nextBytes(bytes);
            try {
                Alert.decode(ByteBuffer.wrap(bytes));
            } catch (ProtocolException e) {
                assertThat(e.code()).isEqualTo(AlertCode.PROTOCOL_ERROR);
            }
        }
    }

    @Test
    void byte_strings_are_ordered_as_their_hex_digits_are() {
        List<String> ascending = List.of("", "00", "0000", "7f", "80", "80ff", "ff", "ff00");
        List<String> ordered = ascending.reversed().stream()
                .map(Bytes::fromHex)
                .sorted()
                .map(Bytes::hex)
                .toList();
        assertThat(ordered).isEqualTo(ascending).isSorted();
    }

    @Test
    void byte_strings_have_values_and_cannot_be_changed() {
        byte[] source = {1, 2, 3};
        Bytes bytes = Bytes.of(source);
        source[0] = 9;
        bytes.toArray()[0] = 9;
        assertThat(bytes).isEqualTo(Bytes.fromHex("010203")).hasSameHashCodeAs(Bytes.fromHex("010203"));
        assertThat(bytes.constantTimeEquals(Bytes.fromHex("010203"))).isTrue();
        assertThat(bytes.constantTimeEquals(Bytes.fromHex("010204"))).isFalse();
        assertThat(bytes.constantTimeEquals(Bytes.fromHex("0102"))).isFalse();
        assertThat(bytes.slice(1, 3)).isEqualTo(Bytes.fromHex("0203"));
        assertThatThrownBy(() -> bytes.slice(1, 4)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> bytes.asByteBuffer().put(0, (byte) 1)).isInstanceOf(ReadOnlyBufferException.class);
    }

    private static void refused(ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        ProtocolException.class, e -> assertThat(e.code()).isEqualTo(AlertCode.PROTOCOL_ERROR));
    }
}
