package dev.waxwing.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.waxwing.vectors.ScriptedRandom;
import dev.waxwing.wire.Bytes;
import java.security.InvalidKeyException;
import java.security.SecureRandom;
import java.util.List;
import java.util.stream.Stream;
import javax.crypto.DecapsulateException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** ML-KEM-768 is the same from every provider. */
class MlKemTest {

    private static final SecureRandom RANDOM = new SecureRandom();

    /** d and z. */
    private static final Bytes SEED = Bytes.fromHex("d1".repeat(32) + "2e".repeat(32));

    static List<CryptoProvider> providers() {
        return CryptoProviderTest.providers();
    }

    static Stream<Arguments> pairs() {
        return CryptoProviderTest.pairs();
    }

    @Test
    void conscrypts_own_is_in_use_where_conscrypt_is() {
        CryptoProvider conscrypt = CryptoProvider.conscrypt().orElseGet(() -> abort("Conscrypt does not load here"));
        assertThat(conscrypt.mlKemKeys(RANDOM).getClass().getEnclosingClass()).isEqualTo(ConscryptMlKem.class);
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void one_provider_decapsulates_what_another_encapsulated(CryptoProvider owner, CryptoProvider sender)
            throws Exception {
        for (int i = 0; i < 100; i++) {
            try (MlKemKeys keys = owner.mlKemKeys(RANDOM)) {
                Encapsulation made = sender.encapsulate(keys.encapsulationKey(), RANDOM);
                assertThat(made.ciphertext().size()).isEqualTo(1_088);
                assertThat(made.shared().value()).hasSize(32);
                assertThat(keys.decapsulate(made.ciphertext()).value())
                        .isEqualTo(made.shared().value());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void the_same_randomness_makes_the_same_keys(CryptoProvider a, CryptoProvider b) {
        try (MlKemKeys one = a.mlKemKeys(new ScriptedRandom(SEED));
                MlKemKeys other = b.mlKemKeys(new ScriptedRandom(SEED))) {
            assertThat(one.encapsulationKey()).isEqualTo(other.encapsulationKey());
        }
    }

    /** Implicit rejection: what comes out follows from z and the ciphertext (FIPS 203, algorithm 18). */
    @ParameterizedTest
    @MethodSource("pairs")
    void an_altered_ciphertext_gives_the_same_other_secret(CryptoProvider a, CryptoProvider b) throws Exception {
        try (MlKemKeys one = a.mlKemKeys(new ScriptedRandom(SEED));
                MlKemKeys other = b.mlKemKeys(new ScriptedRandom(SEED))) {
            Encapsulation made = a.encapsulate(one.encapsulationKey(), RANDOM);
            for (int at = 0; at < MlKemKeys.CIPHERTEXT; at += 64) {
                byte[] altered = made.ciphertext().toArray();
                altered[at] ^= 1;
                byte[] secret = one.decapsulate(Bytes.of(altered)).value();
                assertThat(secret).hasSize(32).isNotEqualTo(made.shared().value());
                assertThat(other.decapsulate(Bytes.of(altered)).value()).isEqualTo(secret);
            }
        }
    }

    /** The modulus check of FIPS 203 section 7.2. */
    @ParameterizedTest
    @MethodSource("providers")
    void a_key_with_a_coefficient_that_is_not_reduced_is_refused(CryptoProvider crypto) throws Exception {
        Bytes key = crypto.mlKemKeys(RANDOM).encapsulationKey();
        for (int coefficient : new int[] {0, 1, 255, 256, 511, 512, 766, 767}) {
            assertThat(crypto.encapsulate(with(key, coefficient, 3_328), RANDOM))
                    .isNotNull();
            for (int tooLarge : new int[] {3_329, 3_330, 4_095}) {
                Bytes broken = with(key, coefficient, tooLarge);
                assertThatThrownBy(() -> crypto.encapsulate(broken, RANDOM))
                        .describedAs("coefficient %d of %d", coefficient, tooLarge)
                        .isInstanceOf(InvalidKeyException.class);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("providers")
    void what_has_another_length_is_refused(CryptoProvider crypto) {
        try (MlKemKeys keys = crypto.mlKemKeys(RANDOM)) {
            for (int size : new int[] {0, 32, 1_087, 1_089, 2_176}) {
                assertThatThrownBy(() -> keys.decapsulate(Bytes.of(new byte[size])))
                        .isInstanceOf(DecapsulateException.class);
            }
            for (int size : new int[] {0, 32, 800, 1_183, 1_185, 1_568}) {
                assertThatThrownBy(() -> crypto.encapsulate(Bytes.of(new byte[size]), RANDOM))
                        .isInstanceOf(InvalidKeyException.class);
            }
        }
    }

    @Test
    void conscrypts_decapsulation_key_is_wiped() throws Exception {
        CryptoProvider conscrypt = CryptoProvider.conscrypt().orElseGet(() -> abort("Conscrypt does not load here"));
        MlKemKeys keys = conscrypt.mlKemKeys(RANDOM);
        Bytes ciphertext =
                conscrypt.encapsulate(keys.encapsulationKey(), RANDOM).ciphertext();
        assertThat(keys.decapsulate(ciphertext).value()).hasSize(32);
        keys.close();
        assertThatThrownBy(() -> keys.decapsulate(ciphertext)).isInstanceOf(IllegalStateException.class);
    }

    /** The key with one of its 768 coefficients of 12 bits replaced. */
    private static Bytes with(Bytes key, int coefficient, int value) {
        byte[] changed = key.toArray();
        int at = coefficient / 2 * 3;
        if (coefficient % 2 == 0) {
            changed[at] = (byte) value;
            changed[at + 1] = (byte) (changed[at + 1] & 0xF0 | value >> 8);
        } else {
            changed[at + 1] = (byte) (changed[at + 1] & 0x0F | value << 4);
            changed[at + 2] = (byte) (value >> 4);
        }
        return Bytes.of(changed);
    }
}
