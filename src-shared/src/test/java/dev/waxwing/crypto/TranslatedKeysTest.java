package dev.waxwing.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.waxwing.trust.TestPki;
import java.math.BigInteger;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.interfaces.ECPrivateKey;
import org.conscrypt.Conscrypt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TranslatedKeysTest {

    @BeforeEach
    void needConscrypt() {
        assumeTrue(Conscrypt.isAvailable());
    }

    @Test
    void a_key_is_translated_once() throws Exception {
        TranslatedKeys keys = new TranslatedKeys(Conscrypt.newProvider());
        PrivateKey one = TestPki.ec("secp256r1").getPrivate();
        PrivateKey other = TestPki.ec("secp256r1").getPrivate();
        PrivateKey own = keys.translate(one);
        assertThat(own).isNotSameAs(one);
        assertThat(number(own)).isEqualTo(number(one));
        assertThat(number(keys.translate(other))).isEqualTo(number(other));
        assertThat(keys.translate(one)).isSameAs(own);
    }

    @Test
    void what_is_translated_already_stays_as_it_is() throws Exception {
        Provider conscrypt = Conscrypt.newProvider();
        PrivateKey own =
                new TranslatedKeys(conscrypt).translate(TestPki.ec("secp256r1").getPrivate());
        assertThat(new TranslatedKeys(conscrypt).translate(own)).isSameAs(own);
    }

    private static BigInteger number(PrivateKey key) {
        return ((ECPrivateKey) key).getS();
    }
}
