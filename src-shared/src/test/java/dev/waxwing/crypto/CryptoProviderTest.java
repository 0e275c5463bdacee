package dev.waxwing.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.waxwing.trust.TestPki;
import dev.waxwing.wire.Bytes;
import java.nio.ByteBuffer;
import java.security.InvalidKeyException;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import javax.crypto.AEADBadTagException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every provider does the same. */
class CryptoProviderTest {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Bytes BASE_POINT =
            Bytes.fromHex("0900000000000000000000000000000000000000000000000000000000000000");

    static List<CryptoProvider> providers() {
        return Stream.concat(Stream.of(CryptoProvider.jdk()), CryptoProvider.conscrypt().stream())
                .toList();
    }

    static Stream<Arguments> pairs() {
        return providers().stream().flatMap(a -> providers().stream().map(b -> Arguments.of(a, b)));
    }

    static Stream<Arguments> pairsAndSuites() {
        return pairs().flatMap(pair ->
                Stream.of(Suite.values()).map(suite -> Arguments.of(pair.get()[0], pair.get()[1], suite)));
    }

    @Test
    void the_best_provider_is_conscrypt_where_it_loads() {
        assertThat(CryptoProvider.best().name())
                .isEqualTo(CryptoProvider.conscrypt().isPresent() ? "Conscrypt" : "JDK");
    }

    @Test
    void the_owner_can_name_the_provider() {
        assertThat(CryptoProvider.named("best")).isSameAs(CryptoProvider.best());
        assertThat(CryptoProvider.named("jdk")).isSameAs(CryptoProvider.jdk());
        assertThatThrownBy(() -> CryptoProvider.named("JDK"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("waxwing.channel.crypto is best or jdk, not JDK");
    }

    @Test
    void the_best_provider_is_chosen_unless_a_system_property_names_another() {
        assertThat(CryptoProvider.chosen()).isSameAs(CryptoProvider.best());
        System.setProperty(CryptoProvider.SETTING, "jdk");
        try {
            assertThat(CryptoProvider.chosen()).isSameAs(CryptoProvider.jdk());
        } finally {
            System.clearProperty(CryptoProvider.SETTING);
        }
    }

    @ParameterizedTest
    @MethodSource("providers")
    void x25519_is_that_of_rfc_7748(CryptoProvider crypto) throws Exception {
        // The first vector of its section 5.2.
        Secret scalar = secret("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4");
        Bytes u = Bytes.fromHex("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c");
        assertThat(Bytes.of(crypto.x25519(scalar, u).value()).hex())
                .isEqualTo("c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552");
    }

    @ParameterizedTest
    @MethodSource("providers")
    void x25519_refuses_a_result_of_zeros(CryptoProvider crypto) {
        for (String u : List.of(
                "00".repeat(32),
                "01" + "00".repeat(31),
                "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
                "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")) {
            assertThatThrownBy(() -> crypto.x25519(secret("11".repeat(32)), Bytes.fromHex(u)))
                    .isInstanceOf(InvalidKeyException.class);
        }
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void one_provider_verifies_what_another_signed(CryptoProvider signer, CryptoProvider verifier) throws Exception {
        Bytes content = Bytes.fromHex("20".repeat(64) + "0102");
        for (KeyPair keys : List.of(TestPki.ec("secp256r1"), TestPki.ec("secp384r1"), TestPki.rsa(2048))) {
            SignatureScheme scheme = SignatureScheme.choose(keys.getPublic(), List.of(0x0403, 0x0503, 0x0804))
                    .orElseThrow();
            Bytes signature = signer.sign(scheme, keys.getPrivate(), content);
            assertThat(verifier.verify(scheme, keys.getPublic(), content, signature))
                    .isTrue();
            assertThat(verifier.verify(scheme, keys.getPublic(), Bytes.fromHex("20"), signature))
                    .isFalse();
            for (Bytes broken : List.of(
                    Bytes.EMPTY,
                    Bytes.fromHex("30"),
                    signature.slice(0, signature.size() - 1),
                    Bytes.concat(signature, Bytes.fromHex("00")))) {
                assertThat(verifier.verify(scheme, keys.getPublic(), content, broken))
                        .isFalse();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("providers")
    void each_key_signs_with_itself_however_often_and_in_whatever_order(CryptoProvider crypto) throws Exception {
        Bytes content = Bytes.fromHex("20");
        List<KeyPair> keys = List.of(TestPki.ec("secp256r1"), TestPki.ec("secp256r1"), TestPki.ec("secp384r1"));
        for (int i = 0; i < 9; i++) {
            KeyPair own = keys.get(i % 3);
            SignatureScheme scheme = SignatureScheme.choose(own.getPublic(), List.of(0x0403, 0x0503))
                    .orElseThrow();
            Bytes signature = crypto.sign(scheme, own.getPrivate(), content);
            for (KeyPair other : keys) {
                assertThat(crypto.verify(scheme, other.getPublic(), content, signature))
                        .isEqualTo(other == own);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("providers")
    void an_elliptic_scheme_does_not_sign_with_a_key_of_another_kind(CryptoProvider crypto) {
        KeyPair rsa = TestPki.rsa(2048);
        assertThatThrownBy(() ->
                        crypto.sign(SignatureScheme.ECDSA_SECP256R1_SHA256, rsa.getPrivate(), Bytes.fromHex("20")))
                .isInstanceOf(InvalidKeyException.class);
    }

    @ParameterizedTest
    @MethodSource("providers")
    void a_scheme_does_not_verify_with_a_key_of_another_kind(CryptoProvider crypto) throws Exception {
        KeyPair p384 = TestPki.ec("secp384r1");
        Bytes content = Bytes.fromHex("20");
        Bytes signature = crypto.sign(SignatureScheme.ECDSA_SECP256R1_SHA256, p384.getPrivate(), content);
        assertThat(crypto.verify(SignatureScheme.ECDSA_SECP256R1_SHA256, p384.getPublic(), content, signature))
                .isFalse();
        assertThat(SignatureScheme.choose(TestPki.rsa(1024).getPublic(), List.of(0x0804)))
                .isEmpty();
        assertThat(SignatureScheme.choose(TestPki.ec("secp521r1").getPublic(), List.of(0x0403, 0x0503)))
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("pairsAndSuites")
    void one_provider_opens_what_another_sealed(CryptoProvider sealer, CryptoProvider opener, Suite suite)
            throws Exception {
        for (int blocks : new int[] {1, 2, 63, 4_144}) {
            int size = blocks * suite.block() - (suite.block() == 1 && blocks > 1 ? 1 : 0);
            byte[] additional = {1, 2, 3};
            ByteBuffer text =
                    sealer.allocate(suite.prefix() + size + suite.tagLength()).limit(suite.prefix() + size);
            sealer.aead(keys(suite), RANDOM).seal(5, additional, text);
            Bytes sealed = Bytes.copyOf(text);
            assertThat(sealed.size()).isEqualTo(suite.prefix() + size + suite.tagLength());

            ByteBuffer opened = buffer(opener, sealed);
            opener.aead(keys(suite), RANDOM).open(5, additional, opened);
            assertThat(Bytes.copyOf(opened)).isEqualTo(Bytes.of(new byte[size]));

            assertThatThrownBy(() -> opener.aead(keys(suite), RANDOM).open(5, new byte[3], buffer(opener, sealed)))
                    .isInstanceOf(AEADBadTagException.class);
            for (int at : new int[] {0, suite.prefix(), sealed.size() - suite.tagLength(), sealed.size() - 1}) {
                assertThatThrownBy(() -> opener.aead(keys(suite), RANDOM)
                                .open(5, additional, buffer(opener, flipped(sealed, at))))
                        .isInstanceOf(AEADBadTagException.class);
            }
        }
    }

    @Test
    void every_record_of_the_composed_suite_has_an_iv_of_its_own() {
        Suite suite = Suite.AES_128_CBC_HMAC_SHA256;
        Aead aead = CryptoProvider.jdk().aead(keys(suite), RANDOM);
        Set<Bytes> ivs = new HashSet<>();
        for (int record = 0; record < 1_000; record++) {
            ByteBuffer text = ByteBuffer.allocate(64).limit(32);
            aead.seal(record, new byte[35], text);
            ivs.add(Bytes.copyOf(text).slice(0, 16));
        }
        assertThat(ivs).hasSize(1_000);
    }

    private static Bytes flipped(Bytes bytes, int at) {
        byte[] copy = bytes.toArray();
        copy[at] ^= 1;
        return Bytes.of(copy);
    }

    private static ByteBuffer buffer(CryptoProvider crypto, Bytes content) {
        return crypto.allocate(content.size()).put(content.asByteBuffer()).flip();
    }

    private static TrafficKeys keys(Suite suite) {
        return switch (suite) {
            case AES_256_GCM_SHA384, CHACHA20_POLY1305_SHA256 ->
                new TrafficKeys(suite, secret("42".repeat(32)), secret("17".repeat(12)));
            case AES_128_CBC_HMAC_SHA256 -> new TrafficKeys(suite, secret("42".repeat(16)), secret("17".repeat(32)));
        };
    }

    private static Secret secret(String hex) {
        return Secret.adopt(Bytes.fromHex(hex).toArray());
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void fresh_x25519_keys_agree_with_those_of_every_provider(CryptoProvider a, CryptoProvider b) throws Exception {
        SecureRandom random = new SecureRandom();
        try (X25519Keys ours = a.x25519Keys(random);
                X25519Keys theirs = b.x25519Keys(random);
                Secret one = ours.agree(theirs.publicKey());
                Secret other = theirs.agree(ours.publicKey());
                Secret product = ours.agree(BASE_POINT)) {
            assertThat(one.value()).isEqualTo(other.value());
            assertThat(ours.publicKey()).isNotEqualTo(theirs.publicKey());
            assertThat(Bytes.of(product.value())).isEqualTo(ours.publicKey());
        }
    }

    @ParameterizedTest
    @MethodSource("providers")
    void fresh_x25519_keys_refuse_what_is_no_public_key(CryptoProvider crypto) {
        try (X25519Keys keys = crypto.x25519Keys(RANDOM)) {
            for (Bytes u :
                    List.of(Bytes.EMPTY, BASE_POINT.slice(0, 31), Bytes.concat(BASE_POINT, Bytes.fromHex("00")))) {
                assertThatThrownBy(() -> keys.agree(u)).isInstanceOf(InvalidKeyException.class);
            }
            assertThatThrownBy(() -> keys.agree(Bytes.of(new byte[32]))).isInstanceOf(InvalidKeyException.class);
        }
    }

    @ParameterizedTest
    @MethodSource("providers")
    void x25519_keys_are_wiped(CryptoProvider crypto) throws Exception {
        X25519Keys keys = crypto.x25519Keys(RANDOM);
        keys.agree(BASE_POINT).close();
        keys.close();
        keys.close();
        assertThatThrownBy(() -> keys.agree(BASE_POINT)).isInstanceOf(RuntimeException.class);
    }
}
