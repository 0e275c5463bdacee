package dev.waxwing.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.waxwing.crypto.KeySchedule.HandshakeSecret;
import dev.waxwing.crypto.KeySchedule.MainSecret;
import dev.waxwing.crypto.KeySchedule.TrafficSecret;
import dev.waxwing.vectors.VectorFile;
import dev.waxwing.wire.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Protocol section 6, value by value. */
class KeyScheduleTest {

    @ParameterizedTest
    @CsvSource({
        "AES_256_GCM_SHA384, handshake-aes-256-gcm-sha384.txt",
        "CHACHA20_POLY1305_SHA256, handshake-chacha20-poly1305-sha256.txt"
    })
    void derives_every_value_of_the_vectors(Suite suite, String file) {
        VectorFile vectors = VectorFile.read(file);
        Bytes th0 = vectors.get("th_0");
        Bytes hellos = vectors.get("hash.hellos");
        try (HandshakeSecret handshake = KeySchedule.handshake(suite, secret(vectors.get("shared")));
                MainSecret main = handshake.main()) {
            assertTraffic(handshake.client(hellos), "c_hs", vectors);
            assertTraffic(handshake.server(hellos), "s_hs", vectors);
            assertTraffic(main.client(th0), "c_ap", vectors);
            assertTraffic(main.server(th0), "s_ap", vectors);
            assertThat(main.sessionId(th0).value()).isEqualTo(vectors.get("session_id"));
            assertThat(bytes(main.exporter(th0))).isEqualTo(vectors.get("exporter"));
            assertThat(bytes(main.ratchet(th0).secret())).isEqualTo(vectors.get("ratchet"));
        }
    }

    @Test
    void wipes_the_shared_secret_once_it_is_used() {
        byte[] shared = new byte[64];
        shared[0] = 1;
        KeySchedule.handshake(Suite.AES_256_GCM_SHA384, Secret.adopt(shared)).close();
        assertThat(shared).containsOnly(0);
    }

    @Test
    void a_wiped_secret_is_of_no_more_use() {
        byte[] value = {1, 2, 3};
        Secret secret = Secret.adopt(value);
        secret.close();
        secret.close();
        assertThat(value).containsOnly(0);
        assertThatThrownBy(secret::value).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void secrets_never_print_or_compare_what_they_hold() {
        Secret secret = secret(Bytes.fromHex("00112233"));
        RawKey key = new RawKey(secret(Bytes.fromHex("00112233")), "AES");
        TrafficKeys keys = new TrafficKeys(Suite.AES_256_GCM_SHA384, secret, secret);
        assertThat(secret).hasToString("Secret").isNotEqualTo(secret(Bytes.fromHex("00112233")));
        assertThat(key).hasToString("RawKey");
        assertThat(keys).hasToString("TrafficKeys");
    }

    private static void assertTraffic(TrafficSecret secret, String name, VectorFile vectors) {
        assertThat(bytes(secret.secret())).isEqualTo(vectors.get(name));
        try (TrafficKeys keys = secret.keys()) {
            assertThat(bytes(keys.key())).isEqualTo(vectors.get(name + ".key"));
            assertThat(bytes(keys.companion())).isEqualTo(vectors.get(name + ".iv"));
        }
    }

    private static Bytes bytes(Secret secret) {
        return Bytes.of(secret.value());
    }

    private static Secret secret(Bytes value) {
        return Secret.adopt(value.toArray());
    }
}
