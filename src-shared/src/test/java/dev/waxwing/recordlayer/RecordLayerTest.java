package dev.waxwing.recordlayer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.waxwing.crypto.Aead;
import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.crypto.HybridKeyExchange.DeviceKeys;
import dev.waxwing.crypto.HybridKeyExchange.ServerAnswer;
import dev.waxwing.crypto.KeySchedule;
import dev.waxwing.crypto.KeySchedule.HandshakeSecret;
import dev.waxwing.crypto.Suite;
import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.SessionId;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.function.Supplier;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Protocol section 3. */
class RecordLayerTest {

    private static final CryptoProvider CRYPTO = CryptoProvider.best();
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int TAG = Suite.AES_256_GCM_SHA384.tagLength();
    private static final SessionId SESSION = new SessionId(Bytes.fromHex("00112233445566778899aabbccddeeff"));

    private final Supplier<Aead> keys = sameKeys(Suite.AES_256_GCM_SHA384);
    private final Supplier<Aead> composed = sameKeys(Suite.AES_128_CBC_HMAC_SHA256);
    private final Protector protector = new Protector(Direction.DEVICE_TO_SERVER);
    private final Opener opener = new Opener(Direction.DEVICE_TO_SERVER);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "d401000000000001", // magic
                "d500000000000001", // type
                "d503000000000001",
                "d501000001000001", // a plain record in epoch 1
                "d502000000000011", // a protected one in epoch 0
                "d501000000000000", // too short
                "d502000001000010",
                "d501000000010202", // too long
                "d502000001010331",
                "d5010000000000", // cut off
            })
    void refuses_headers_that_break_a_rule(String hex) {
        refused(() -> RecordHeader.decode(Bytes.fromHex(hex).asByteBuffer()));
    }

    @Test
    void takes_the_longest_headers() throws Exception {
        assertThat(RecordHeader.decode(Bytes.fromHex("d501000000010201").asByteBuffer()))
                .isEqualTo(new RecordHeader(0, 66_049));
        assertThat(RecordHeader.decode(Bytes.fromHex("d502fffffe010330").asByteBuffer()))
                .isEqualTo(new RecordHeader(0xFFFFFE, 66_352));
    }

    @ParameterizedTest
    @EnumSource(ContentType.class)
    void opens_what_was_protected(ContentType type) throws Exception {
        change(2);
        Bytes content = type == ContentType.CLOSE ? Bytes.EMPTY : Bytes.fromHex("0102030405060708");
        ByteBuffer record = protect(type, content);
        assertThat(open(record)).isEqualTo(type);
        assertThat(Bytes.copyOf(record)).isEqualTo(content);
    }

    @Test
    void sequence_numbers_restart_at_every_key_change() throws Exception {
        change(1);
        open(protect(ContentType.HANDSHAKE, Bytes.fromHex("01")));
        open(protect(ContentType.HANDSHAKE, Bytes.fromHex("01")));
        assertThat(protector.records()).isEqualTo(2);
        change(2);
        assertThat(protector.records()).isZero();
        open(protect(ContentType.APPLICATION, Bytes.fromHex("01")));
        assertThat(opener.records()).isEqualTo(1);
    }

    @Test
    void an_aead_payload_is_at_most_66320_bytes_long() throws Exception {
        change(2);
        opener.check(new RecordHeader(2, 66_320));
        refused(() -> opener.check(new RecordHeader(2, 66_321)));
    }

    @Test
    void a_payload_of_the_composed_suite_is_a_multiple_of_16_from_64_to_66352() throws Exception {
        opener.change(2, SESSION, composed.get());
        opener.check(new RecordHeader(2, 64));
        opener.check(new RecordHeader(2, 66_352));
        for (int length : new int[] {17, 48, 63, 65, 66_351}) {
            refused(() -> opener.check(new RecordHeader(2, length)));
        }
    }

    @Test
    void the_composed_suite_fills_with_zeros_and_every_length_comes_back() throws Exception {
        protector.change(2, SESSION, composed.get());
        opener.change(2, SESSION, composed.get());
        for (int length = 1; length < 50; length++) {
            byte[] content = new byte[length];
            RANDOM.nextBytes(content);
            ByteBuffer record = protect(ContentType.APPLICATION, Bytes.of(content));
            assertThat(RecordHeader.decode(record).length()).isEqualTo(48 + Math.ceilDiv(length + 1, 16) * 16);
            assertThat(open(record)).isEqualTo(ContentType.APPLICATION);
            assertThat(Bytes.copyOf(record)).isEqualTo(Bytes.of(content));
        }
    }

    @Test
    void the_composed_suite_takes_the_longest_content() throws Exception {
        protector.change(2, SESSION, composed.get());
        opener.change(2, SESSION, composed.get());
        byte[] content = new byte[66_048];
        content[66_047] = 3;
        ByteBuffer record = protect(ContentType.APPLICATION, Bytes.of(content));
        assertThat(open(record)).isEqualTo(ContentType.APPLICATION);
        assertThat(Bytes.copyOf(record)).isEqualTo(Bytes.of(content));
    }

    @Test
    void every_changed_bit_of_a_record_of_the_composed_suite_is_refused() throws Exception {
        protector.change(2, SESSION, composed.get());
        Bytes record = Bytes.copyOf(protect(ContentType.APPLICATION, Bytes.fromHex("0102030405")));
        for (int bit = 0; bit < 8 * record.size(); bit++) {
            byte[] changed = record.toArray();
            changed[bit / 8] ^= (byte) (1 << bit % 8);
            opener.change(2, SESSION, composed.get());
            refused(() -> open(ByteBuffer.wrap(changed)));
        }
    }

    @Test
    void a_record_is_bound_to_its_session() {
        protector.change(2, SESSION, keys.get());
        opener.change(2, SessionId.NONE, keys.get());
        refused(() -> open(protect(ContentType.APPLICATION, Bytes.fromHex("01"))));
    }

    @Test
    void a_record_is_bound_to_its_direction() {
        protector.change(2, SESSION, keys.get());
        Opener other = new Opener(Direction.SERVER_TO_DEVICE);
        other.change(2, SESSION, keys.get());
        ByteBuffer record = protect(ContentType.APPLICATION, Bytes.fromHex("01"));
        refused(() -> {
            RecordHeader header = RecordHeader.decode(record);
            other.open(header, record.position(record.position() + RecordHeader.SIZE));
        });
    }

    @ParameterizedTest
    @EnumSource(
            value = ContentType.class,
            names = {"APPLICATION", "CLOSE", "PING", "PONG"})
    void refuses_content_types_that_are_not_legal_in_epoch_1(ContentType type) {
        change(1);
        refused(() -> open(protect(type, type == ContentType.CLOSE ? Bytes.EMPTY : Bytes.fromHex("01"))));
    }

    @Test
    void refuses_empty_content_of_every_type_but_close() {
        change(2);
        refused(() -> open(protect(ContentType.APPLICATION, Bytes.EMPTY)));
    }

    @Test
    void refuses_a_close_with_content() {
        change(2);
        refused(() -> open(protect(ContentType.CLOSE, Bytes.fromHex("01"))));
    }

    @Test
    void refuses_an_inner_form_of_zeros_and_content_that_is_too_long() {
        change(2);
        refused(() -> open(seal(Bytes.of(new byte[40]))));
        change(3);
        byte[] tooLong = new byte[66_050];
        tooLong[66_048] = 1;
        tooLong[66_049] = 2;
        refused(() -> open(seal(Bytes.of(tooLong))));
    }

    @Test
    void takes_padding_up_to_the_longest_inner_form() throws Exception {
        change(2);
        byte[] inner = new byte[66_304];
        inner[0] = 7;
        inner[1] = 2;
        ByteBuffer record = seal(Bytes.of(inner));
        assertThat(open(record)).isEqualTo(ContentType.APPLICATION);
        assertThat(Bytes.copyOf(record)).isEqualTo(Bytes.fromHex("07"));
    }

    @Test
    void refuses_a_record_of_another_epoch_before_it_is_opened() {
        change(2);
        refused(() -> opener.check(new RecordHeader(1, 17)));
        refused(() -> opener.check(new RecordHeader(3, 17)));
        refused(() -> opener.check(new RecordHeader(0, 17)));
    }

    @Test
    void the_former_key_may_carry_an_alert_until_the_new_one_is_used() throws Exception {
        Supplier<Aead> formerKeys = sameKeys(Suite.AES_256_GCM_SHA384);
        Protector former = new Protector(Direction.DEVICE_TO_SERVER);
        former.change(1, SessionId.NONE, formerKeys.get());
        opener.change(1, SessionId.NONE, formerKeys.get());
        opener.changeAllowingLateAlert(2, SESSION, keys.get());
        protector.change(2, SESSION, keys.get());

        ByteBuffer alert = protect(former, ContentType.ALERT, Bytes.fromHex("01"));
        assertThat(open(alert)).isEqualTo(ContentType.ALERT);
        refused(() -> open(protect(former, ContentType.HANDSHAKE, Bytes.fromHex("01"))));

        assertThat(open(protect(ContentType.APPLICATION, Bytes.fromHex("01")))).isEqualTo(ContentType.APPLICATION);
        refused(() -> open(protect(former, ContentType.ALERT, Bytes.fromHex("01"))));
    }

    @Test
    void one_key_protects_no_more_than_2_to_the_22_records() throws Exception {
        assertThat(Epoch.MAX_RECORDS).isEqualTo(4_194_304);
        change(2);
        assertThat(protector.recordsLeft()).isEqualTo(4_194_304);
        protect(ContentType.PING, Bytes.fromHex("01"));
        assertThat(protector.recordsLeft()).isEqualTo(4_194_303);
    }

    @Test
    void a_key_that_is_used_up_seals_and_opens_nothing_more() throws Exception {
        Protector unlimited = new Protector(Direction.DEVICE_TO_SERVER);
        Protector three = new Protector(Direction.DEVICE_TO_SERVER, 3);
        Opener opensThree = new Opener(Direction.DEVICE_TO_SERVER, 3);
        unlimited.change(2, SESSION, keys.get());
        three.change(2, SESSION, keys.get());
        opensThree.change(2, SESSION, keys.get());
        for (int i = 0; i < 3; i++) {
            ByteBuffer record = protect(unlimited, ContentType.PING, Bytes.fromHex("01"));
            assertThat(Bytes.copyOf(protect(three, ContentType.PING, Bytes.fromHex("01"))))
                    .isEqualTo(Bytes.copyOf(record));
            opensThree.open(RecordHeader.decode(record), record.position(record.position() + RecordHeader.SIZE));
        }
        assertThatThrownBy(() -> protect(three, ContentType.PING, Bytes.fromHex("01")))
                .isInstanceOf(IllegalStateException.class);
        ByteBuffer fourth = protect(unlimited, ContentType.PING, Bytes.fromHex("01"));
        refused(() -> opensThree.check(RecordHeader.decode(fourth)));

        // A new key begins anew.
        three.change(3, SESSION, keys.get());
        assertThat(three.recordsLeft()).isEqualTo(3);
    }

    private void change(int epoch) {
        protector.change(epoch, SESSION, keys.get());
        opener.change(epoch, SESSION, keys.get());
    }

    private ByteBuffer protect(ContentType type, Bytes content) {
        return protect(protector, type, content);
    }

    private static ByteBuffer protect(Protector by, ContentType type, Bytes content) {
        ByteBuffer memory = CRYPTO.allocate(Protector.HEAD + content.size() + Protector.TAIL);
        memory.position(Protector.HEAD).put(content.asByteBuffer()).flip();
        by.protect(type, memory);
        return memory;
    }

    /** A record of an inner form that {@link Protector} would never make. */
    private ByteBuffer seal(Bytes inner) {
        int epoch = protector.epoch();
        ByteBuffer memory = CRYPTO.allocate(RecordHeader.SIZE + inner.size() + TAG);
        RecordHeader header = new RecordHeader(epoch, inner.size() + TAG);
        header.put(memory, 0);
        memory.position(RecordHeader.SIZE).put(inner.asByteBuffer()).flip().position(RecordHeader.SIZE);
        new Epoch(epoch, Direction.DEVICE_TO_SERVER, SESSION, keys.get(), Epoch.MAX_RECORDS).seal(header, memory);
        return memory.position(0);
    }

    private ContentType open(ByteBuffer record) throws ProtocolException {
        RecordHeader header = RecordHeader.decode(record);
        return opener.open(header, record.position(record.position() + RecordHeader.SIZE));
    }

    private static void refused(ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        ProtocolException.class, e -> assertThat(e.code()).isEqualTo(AlertCode.PROTOCOL_ERROR));
    }

    /** Makes the same key as often as one asks. */
    private static Supplier<Aead> sameKeys(Suite suite) {
        try {
            SecureRandom random = new SecureRandom();
            DeviceKeys device = DeviceKeys.generate(CRYPTO, random);
            ServerAnswer server = ServerAnswer.to(device.share(), CRYPTO, random);
            HandshakeSecret secret = KeySchedule.handshake(suite, server.shared());
            return () -> CRYPTO.aead(secret.client(Bytes.EMPTY).keys(), RANDOM);
        } catch (ProtocolException e) {
            throw new IllegalStateException(e);
        }
    }
}
