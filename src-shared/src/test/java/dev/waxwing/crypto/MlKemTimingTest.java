package dev.waxwing.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waxwing.timing.Comparison;
import dev.waxwing.timing.Experiment;
import dev.waxwing.timing.Experiment.Inputs;
import dev.waxwing.wire.Bytes;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The owner of a key must not tell by its time that a ciphertext was altered: that would be a decryption oracle. */
@Tag("timing")
class MlKemTimingTest {

    private static final int SAMPLES = 20_000;

    /** So many inputs of each class are made before any is measured, so that making one leaves nothing behind in the caches. */
    private static final int POOL = 500;

    private final SecureRandom random = new SecureRandom();

    static List<CryptoProvider> providers() {
        return CryptoProviderTest.providers();
    }

    @ParameterizedTest
    @MethodSource("providers")
    void a_ciphertext_decapsulates_in_the_same_time_whether_it_was_altered_or_not(CryptoProvider crypto)
            throws Exception {
        try (MlKemKeys keys = crypto.mlKemKeys(random)) {
            List<Comparison> comparisons = new Experiment<Bytes>(
                            "ML-KEM-768, " + crypto.name(), SAMPLES, ciphertext -> decapsulate(keys, ciphertext))
                    .group("genuine", pool(() -> ciphertext(crypto, keys)))
                    .group("first byte wrong", pool(() -> altered(ciphertext(crypto, keys), 0)))
                    .group("last byte wrong", pool(() -> altered(ciphertext(crypto, keys), MlKemKeys.CIPHERTEXT - 1)))
                    .group("random bytes", pool(this::randomBytes))
                    .run();
            assertThat(comparisons).hasSize(3).noneMatch(Comparison::isLeak);
        }
    }

    private static long decapsulate(MlKemKeys keys, Bytes ciphertext) throws Exception {
        long start = System.nanoTime();
        Secret shared = keys.decapsulate(ciphertext);
        long nanoseconds = System.nanoTime() - start;
        shared.close();
        return nanoseconds;
    }

    private Inputs<Bytes> pool(Inputs<Bytes> inputs) throws Exception {
        List<Bytes> pool = new ArrayList<>(POOL);
        for (int i = 0; i < POOL; i++) {
            pool.add(inputs.next());
        }
        return () -> pool.get(random.nextInt(POOL));
    }

    private Bytes ciphertext(CryptoProvider crypto, MlKemKeys keys) throws Exception {
        Encapsulation made = crypto.encapsulate(keys.encapsulationKey(), random);
        made.shared().close();
        return made.ciphertext();
    }

    private static Bytes altered(Bytes ciphertext, int at) {
        byte[] bytes = ciphertext.toArray();
        bytes[at] ^= 1;
        return Bytes.of(bytes);
    }

    private Bytes randomBytes() {
        byte[] bytes = new byte[MlKemKeys.CIPHERTEXT];
        random.nextBytes(bytes);
        return Bytes.of(bytes);
    }
}
