package dev.waxwing.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.crypto.Suite;
import dev.waxwing.handshake.Session;
import dev.waxwing.recordlayer.ContentType;
import dev.waxwing.wire.Bytes;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Both providers give the bytes of the vector files, and so does a second implementation of the key schedule. */
class HandshakeVectorsTest {

    static Stream<Arguments> suitesAndProviders() {
        return Stream.of(Suite.values())
                .flatMap(suite -> Stream.concat(Stream.of(CryptoProvider.jdk()), CryptoProvider.conscrypt().stream())
                        .map(provider -> Arguments.of(suite, provider)));
    }

    @ParameterizedTest
    @MethodSource("suitesAndProviders")
    void both_ends_say_exactly_what_the_vectors_say(Suite suite, CryptoProvider provider) throws Exception {
        VectorFile vectors = VectorFile.read(HandshakeVectors.file(suite));
        Playback playback = Playback.normal(vectors, suite, provider);

        Session session = playback.handshake();
        HandshakeVectors.converse(playback);

        assertThat(session.id().value()).isEqualTo(vectors.get("session_id"));
        assertThat(HandshakeVectors.split(Bytes.concat(playback.flights.toArray(Bytes[]::new))))
                .isEqualTo(HandshakeVectors.MESSAGES.stream().map(vectors::get).toList());
        for (Map.Entry<String, Bytes> record : playback.records) {
            assertThat(record.getValue()).describedAs(record.getKey()).isEqualTo(vectors.get(record.getKey()));
        }
    }

    @ParameterizedTest
    @MethodSource("suitesAndProviders")
    void a_padded_record_is_read(Suite suite, CryptoProvider provider) throws Exception {
        VectorFile vectors = VectorFile.read(HandshakeVectors.file(suite));
        Playback playback = Playback.normal(vectors, suite, provider);
        playback.handshake();
        HandshakeVectors.converseUntilClose(playback);
        playback.hear(false, vectors.get("record.padded"), ContentType.APPLICATION, HandshakeVectors.TEXT);
    }

    @ParameterizedTest
    @EnumSource(Suite.class)
    void a_second_implementation_derives_every_value(Suite suite) {
        VectorFile vectors = VectorFile.read(HandshakeVectors.file(suite));
        new Reference(suite.code())
                .derive(vectors)
                .forEach((name, value) -> assertThat(value).describedAs(name).isEqualTo(vectors.get(name)));
    }

    @ParameterizedTest
    @EnumSource(Suite.class)
    void a_second_implementation_seals_every_record(Suite suite) {
        VectorFile vectors = VectorFile.read(HandshakeVectors.file(suite));
        Reference reference = new Reference(suite.code());
        Map<String, Bytes> derived = reference.derive(vectors);
        Bytes application = Bytes.fromHex("02");
        Bytes handshake = Bytes.fromHex("01");

        assertThat(Reference.plainRecord(Bytes.concat(vectors.get("message.ClientHello"), handshake)))
                .isEqualTo(vectors.get("record.ClientHello"));
        assertThat(Reference.plainRecord(Bytes.concat(vectors.get("message.ServerHello"), handshake)))
                .isEqualTo(vectors.get("record.ServerHello"));
        Bytes flight = Bytes.concat(
                vectors.get("message.EncryptedExtensions"),
                vectors.get("message.CertificateRequest"),
                vectors.get("message.server.Certificate"),
                vectors.get("message.server.CertificateVerify"),
                vectors.get("message.server.Finished"),
                handshake);
        assertThat(reference.record(derived, "s_hs", 1, 0, flight)).isEqualTo(vectors.get("record.server_flight"));
        Bytes answer = Bytes.concat(
                vectors.get("message.device.Certificate"),
                vectors.get("message.device.CertificateVerify"),
                vectors.get("message.device.Finished"),
                handshake);
        assertThat(reference.record(derived, "c_hs", 1, 0, answer)).isEqualTo(vectors.get("record.device_flight"));
        Bytes accept = Bytes.concat(vectors.get("message.SessionAccept"), handshake);
        assertThat(reference.record(derived, "s_ap", 2, 0, accept)).isEqualTo(vectors.get("record.SessionAccept"));
        assertThat(reference.record(derived, "c_ap", 2, 0, Bytes.concat(HandshakeVectors.TEXT, application)))
                .isEqualTo(vectors.get("record.Text"));
        assertThat(reference.record(derived, "s_ap", 2, 1, Bytes.concat(HandshakeVectors.TEXT_ACK, application)))
                .isEqualTo(vectors.get("record.TextAck"));
        assertThat(reference.record(derived, "c_ap", 2, 2, Bytes.fromHex("04"))).isEqualTo(vectors.get("record.close"));
        assertThat(reference.record(derived, "s_ap", 2, 3, Bytes.concat(HandshakeVectors.ALERT, Bytes.fromHex("03"))))
                .isEqualTo(vectors.get("record.alert"));
    }
}
