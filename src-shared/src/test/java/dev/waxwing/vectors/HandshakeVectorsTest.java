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
        assertSealed(reference, vectors, derived, "record.server_flight", "s_hs", 1, 0, flight);
        Bytes answer = Bytes.concat(
                vectors.get("message.device.Certificate"),
                vectors.get("message.device.CertificateVerify"),
                vectors.get("message.device.Finished"),
                handshake);
        assertSealed(reference, vectors, derived, "record.device_flight", "c_hs", 1, 0, answer);
        Bytes accept = Bytes.concat(vectors.get("message.SessionAccept"), handshake);
        assertSealed(reference, vectors, derived, "record.SessionAccept", "s_ap", 2, 0, accept);
        assertSealed(
                reference,
                vectors,
                derived,
                "record.Text",
                "c_ap",
                2,
                0,
                Bytes.concat(HandshakeVectors.TEXT, application));
        assertSealed(
                reference,
                vectors,
                derived,
                "record.TextAck",
                "s_ap",
                2,
                1,
                Bytes.concat(HandshakeVectors.TEXT_ACK, application));
        assertSealed(reference, vectors, derived, "record.close", "c_ap", 2, 2, Bytes.fromHex("04"));
        assertSealed(
                reference,
                vectors,
                derived,
                "record.alert",
                "s_ap",
                2,
                3,
                Bytes.concat(HandshakeVectors.ALERT, Bytes.fromHex("03")));
    }

    private static void assertSealed(
            Reference reference,
            VectorFile vectors,
            Map<String, Bytes> derived,
            String record,
            String secret,
            int epoch,
            long sequence,
            Bytes inner) {
        Bytes expected = vectors.get(record);
        assertThat(reference.record(derived, secret, epoch, sequence, inner, reference.iv(expected)))
                .describedAs(record)
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @MethodSource("suitesAndProviders")
    void both_ends_rekey_exactly_as_the_vectors_say(Suite suite, CryptoProvider provider) throws Exception {
        VectorFile vectors = RekeyingVectors.read(suite);
        Playback playback = RekeyingVectors.play(vectors, suite, provider);

        assertThat(playback.ratchets).containsExactly(1L, 1L);
        assertThat(HandshakeVectors.split(Bytes.concat(playback.flights.toArray(Bytes[]::new))))
                .endsWith(RekeyingVectors.MESSAGES.stream().map(vectors::get).toArray(Bytes[]::new));
        for (Map.Entry<String, Bytes> record : playback.records) {
            assertThat(record.getValue()).describedAs(record.getKey()).isEqualTo(vectors.get(record.getKey()));
        }
    }

    @ParameterizedTest
    @EnumSource(Suite.class)
    void a_second_implementation_derives_and_seals_all_of_rekeying(Suite suite) {
        VectorFile vectors = RekeyingVectors.read(suite);
        Reference reference = new Reference(suite.code());
        reference
                .deriveRekeying(vectors)
                .forEach((name, value) -> assertThat(value).describedAs(name).isEqualTo(vectors.get(name)));

        Map<String, Bytes> derived = vectors.all();
        Bytes text = Bytes.concat(HandshakeVectors.TEXT, Bytes.fromHex("02"));
        Bytes ack = Bytes.concat(HandshakeVectors.TEXT_ACK, Bytes.fromHex("02"));
        assertSealed(reference, vectors, derived, "record.KeyUpdate", "c_ap", 2, 2, message(vectors, "KeyUpdate"));
        assertSealed(reference, vectors, derived, "record.Text_updated", "c_ap_updated", 3, 0, text);
        assertSealed(
                reference,
                vectors,
                derived,
                "record.RatchetRequest",
                "c_ap_updated",
                3,
                1,
                message(vectors, "RatchetRequest"));
        assertSealed(
                reference,
                vectors,
                derived,
                "record.RatchetResponse",
                "s_ap",
                2,
                3,
                message(vectors, "RatchetResponse"));
        assertSealed(
                reference,
                vectors,
                derived,
                "record.RatchetFinish",
                "c_ap_updated",
                3,
                2,
                message(vectors, "RatchetFinish"));
        assertSealed(reference, vectors, derived, "record.RatchetDone", "s_ap", 2, 4, message(vectors, "RatchetDone"));
        assertSealed(reference, vectors, derived, "record.Text_ratcheted", "c_ap_1", 4, 0, text);
        assertSealed(reference, vectors, derived, "record.TextAck_ratcheted", "s_ap_1", 3, 0, ack);
    }

    private static Bytes message(VectorFile vectors, String name) {
        return Bytes.concat(vectors.get("message." + name), Bytes.fromHex("01"));
    }
}
