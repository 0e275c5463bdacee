package dev.waxwing.classic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every value of the protocol against bytes that other programs made. */
class ClassicVectorsTest {

    private final ClassicVectors vectors = new ClassicVectors();

    @ParameterizedTest
    @CsvSource({"device, camera-7", "server, device"})
    void a_certificate_is_read_verified_and_written_byte_for_byte(String whose, String name) {
        ClassicCertificate certificate = vectors.certificate(whose);
        assertThat(certificate.commonName()).isEqualTo(name);
        assertThat(certificate.verifiedBy(vectors.authority())).isTrue();
        assertThat(certificate.encode()).isEqualTo(vectors.get(whose + ".certificate"));
        assertThat(ClassicCertificate.issue(name, certificate.publicKey(), vectors.privateKey("ca")))
                .isEqualTo(certificate);
    }

    @Test
    void a_name_is_escaped_as_the_original_escapes_it() {
        ClassicCertificate odd = vectors.certificate("odd");
        assertThat(odd.commonName()).isEqualTo(vectors.text("odd.name"));
        assertThat(odd.verifiedBy(vectors.authority())).isTrue();
        assertThat(odd.encode()).isEqualTo(vectors.get("odd.certificate"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"client_enc", "server_enc", "client_mac", "server_mac", "iv"})
    void derives_every_key(String label) {
        try (RawSecret master = new RawSecret(vectors.get("pre_master").toArray(), "Generic")) {
            Bytes seed = Bytes.concat(vectors.get("device_nonce"), vectors.get("server_nonce"));
            assertThat(Bytes.of(SessionKeys.value(master, label, seed))).isEqualTo(vectors.get(label));
        }
    }

    @Test
    void deriving_wipes_the_pre_master_secret_and_closing_wipes_the_keys() {
        byte[] preMaster = vectors.get("pre_master").toArray();
        SessionKeys keys = SessionKeys.derive(preMaster, vectors.get("device_nonce"), vectors.get("server_nonce"));
        assertThat(preMaster).containsOnly(0);
        keys.close();
        assertThat(catchThrowableOfType(IllegalStateException.class, keys::encrypting))
                .hasMessageContaining("wiped");
        assertThat(keys).hasToString("SessionKeys");
    }

    @Test
    void opens_oaep_with_sha_256_for_both_hashes() {
        assertThat(Rsa.decrypt(vectors.privateKey("server"), vectors.get("prem").toArray()))
                .isEqualTo(vectors.get("pre_master").toArray());
        assertThat(Rsa.decrypt(
                        vectors.privateKey("device"),
                        vectors.get("ack.imx_received").toArray()))
                .isEqualTo("IMX_RECEIVED".getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void protects_a_text_byte_for_byte_and_opens_it() throws Exception {
        byte[] text = vectors.get("text").toArray();
        try (SessionKeys keys = vectors.keys()) {
            byte[] written =
                    new RecordWriter(Header.SECX, text.length, keys).write(text).finish();
            assertThat(Bytes.of(written)).isEqualTo(vectors.get("text.record"));
        }
        assertThat(open("text.record").all()).isEqualTo(text);
        assertThat(open("text.empty.record").all()).isEmpty();
    }

    @Test
    void opens_a_file_and_verifies_its_signature() throws Exception {
        ClassicFile file = FilePayload.read(
                open("file.record"), 8_000, vectors.certificate("device").publicKey());
        assertThat(file.name()).isEqualTo(vectors.text("file.name"));
        assertThat(Bytes.copyOf(file.content())).isEqualTo(vectors.get("file.content"));
        assertThat(file.signature()).isEqualTo(vectors.get("file.signature"));
        assertThat(file.signatureValid()).isTrue();
    }

    @Test
    void a_file_of_another_device_has_no_valid_signature() throws Exception {
        ClassicFile file = FilePayload.read(
                open("file.record"), 8_000, vectors.certificate("server").publicKey());
        assertThat(file.signatureValid()).isFalse();
    }

    @Test
    void a_wrong_mac_and_wrong_padding_are_one_and_the_same_failure() {
        ProtocolException mac = catchThrowableOfType(
                ProtocolException.class, () -> open("text.bad_mac.record").all());
        ProtocolException padding = catchThrowableOfType(
                ProtocolException.class, () -> open("text.bad_padding.record").all());
        assertThat(mac).hasMessage(padding.getMessage()).hasNoCause();
        assertThat(padding).hasNoCause();
        assertThat(mac.code()).isEqualTo(padding.code());
    }

    @Test
    void every_changed_bit_of_a_record_is_noticed() {
        byte[] record = vectors.get("text.record").toArray();
        for (int i = 8 * (Header.SIZE + 4); i < 8 * record.length; i++) {
            byte[] changed = record.clone();
            changed[i / 8] ^= (byte) (1 << i % 8);
            assertThat(catchThrowableOfType(ProtocolException.class, () -> open(Bytes.of(changed))))
                    .as("bit %d", i)
                    .isNotNull();
        }
    }

    @Test
    void a_file_with_more_than_the_limit_is_refused_although_its_record_is_short_enough() throws Exception {
        SealedRecord record = open("file.record");
        assertThat(catchThrowableOfType(
                        ProtocolException.class,
                        () -> FilePayload.read(
                                record, 7_000, vectors.certificate("device").publicKey())))
                .hasMessageContaining("more Base64");
    }

    private SealedRecord open(String name) throws IOException, ProtocolException {
        return open(vectors.get(name));
    }

    private SealedRecord open(Bytes record) throws IOException, ProtocolException {
        Wire wire = new Wire(new ByteArrayInputStream(record.toArray()), OutputStream.nullOutputStream());
        wire.header();
        try (SessionKeys keys = vectors.keys()) {
            return SealedRecord.read(wire, 1 << 20, keys);
        }
    }
}
