package dev.waxwing.recordlayer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

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
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Attacks on CBC in other protocols (Vaudenay 2002, Lucky Thirteen 2013, POODLE 2014) begin with a receiver that decrypts
 * before it has authenticated, or that tells bad padding from a bad MAC. Protocol section 4.1 leaves room for neither.
 */
class PaddingOracleTest {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final SessionId SESSION = new SessionId(Bytes.fromHex("00112233445566778899aabbccddeeff"));

    static Stream<CryptoProvider> providers() {
        return Stream.concat(Stream.of(CryptoProvider.jdk()), CryptoProvider.conscrypt().stream());
    }

    @ParameterizedTest
    @MethodSource("providers")
    void lucky_13_a_spoilt_record_is_not_decrypted_and_every_way_to_spoil_it_looks_the_same(CryptoProvider crypto)
            throws Exception {
        HandshakeSecret secret = secret(crypto);
        Set<String> reasons = new HashSet<>();
        for (int size : new int[] {1, 14, 15, 16, 31, 255, 1_000}) {
            Bytes record = record(crypto, secret, size);
            // In turn: every byte of IV, ciphertext and MAC.
            for (int at = RecordHeader.SIZE; at < record.size(); at++) {
                byte[] spoilt = record.toArray();
                spoilt[at] ^= 0x01;
                ByteBuffer memory = crypto.allocate(spoilt.length).put(spoilt).flip();
                reasons.add(refusal(crypto, secret, memory).reason());
                byte[] afterwards = new byte[spoilt.length - 32];
                memory.get(0, afterwards);
                assertThat(Bytes.of(afterwards))
                        .describedAs("nothing was decrypted")
                        .isEqualTo(Bytes.of(spoilt).slice(0, afterwards.length));
            }
        }
        assertThat(reasons).containsExactly("record does not open");
    }

    @Test
    void poodle_blocks_of_a_record_cannot_be_moved_cut_off_or_put_behind_it() throws Exception {
        CryptoProvider crypto = CryptoProvider.best();
        HandshakeSecret secret = secret(crypto);
        byte[] record = record(crypto, secret, 100).toArray();
        int first = RecordHeader.SIZE + 16;
        int blocks = (record.length - first - 32) / 16;
        for (int from = 0; from < blocks; from++) {
            for (int to = 0; to < blocks; to++) {
                if (from != to) {
                    byte[] moved = record.clone();
                    System.arraycopy(record, first + 16 * from, moved, first + 16 * to, 16);
                    refusal(crypto, secret, ByteBuffer.wrap(moved));
                }
            }
        }
        for (int left = 1; left < blocks; left++) {
            Bytes body = Bytes.of(record).slice(RecordHeader.SIZE, first + 16 * left);
            Bytes mac = Bytes.of(record).slice(record.length - 32, record.length);
            ByteBuffer cut = ByteBuffer.allocate(RecordHeader.SIZE + body.size() + mac.size());
            new RecordHeader(2, body.size() + mac.size()).put(cut, 0);
            cut.position(RecordHeader.SIZE).put(body.asByteBuffer()).put(mac.asByteBuffer());
            refusal(crypto, secret, cut.flip());
        }
    }

    private static ProtocolException refusal(CryptoProvider crypto, HandshakeSecret secret, ByteBuffer record) {
        try (Opener opener = new Opener(Direction.DEVICE_TO_SERVER)) {
            opener.change(2, SESSION, aead(crypto, secret));
            ProtocolException refusal = catchThrowableOfType(
                    ProtocolException.class,
                    () -> opener.open(RecordHeader.decode(record), record.position(RecordHeader.SIZE)));
            assertThat(refusal).isNotNull();
            assertThat(refusal.code()).isEqualTo(AlertCode.PROTOCOL_ERROR);
            return refusal;
        }
    }

    private static Bytes record(CryptoProvider crypto, HandshakeSecret secret, int size) {
        try (Protector protector = new Protector(Direction.DEVICE_TO_SERVER)) {
            protector.change(2, SESSION, aead(crypto, secret));
            ByteBuffer memory = crypto.allocate(Protector.HEAD + size + Protector.TAIL);
            memory.position(Protector.HEAD).put(new byte[size]).flip();
            protector.protect(ContentType.APPLICATION, memory);
            return Bytes.copyOf(memory);
        }
    }

    private static Aead aead(CryptoProvider crypto, HandshakeSecret secret) {
        return crypto.aead(secret.client(Bytes.EMPTY).keys(), RANDOM);
    }

    private static HandshakeSecret secret(CryptoProvider crypto) throws ProtocolException {
        DeviceKeys device = DeviceKeys.generate(crypto, RANDOM);
        return KeySchedule.handshake(
                Suite.AES_128_CBC_HMAC_SHA256,
                ServerAnswer.to(device.share(), crypto, RANDOM).shared());
    }
}
