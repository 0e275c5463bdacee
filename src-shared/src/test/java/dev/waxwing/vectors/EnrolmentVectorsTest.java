package dev.waxwing.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.handshake.EnrolmentRequestFactory.EnrolmentRequest;
import dev.waxwing.trust.Certificates;
import dev.waxwing.wire.Bytes;
import java.security.KeyPair;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1String;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Both providers give the bytes of the enrolment vectors, and so does a second implementation of the key schedule. */
class EnrolmentVectorsTest {

    private static final VectorFile VECTORS = VectorFile.read(EnrolmentVectors.FILE);

    static List<CryptoProvider> providers() {
        return Stream.concat(Stream.of(CryptoProvider.jdk()), CryptoProvider.conscrypt().stream())
                .toList();
    }

    @ParameterizedTest
    @MethodSource("providers")
    void both_ends_say_exactly_what_the_vectors_say(CryptoProvider provider) throws Exception {
        KeyPair keys = EnrolmentVectors.deviceKeys(VECTORS);
        Playback playback = Playback.enrolment(VECTORS, EnrolmentVectors.SUITE, provider, session -> {
            assertThat(session.value()).isEqualTo(VECTORS.get("session_id"));
            return new EnrolmentRequest(keys, VECTORS.get("request"));
        });

        assertThat(Certificates.encode(playback.enrol().certificate())).isEqualTo(VECTORS.get("device.certificate"));
        EnrolmentVectors.close(playback);

        assertThat(HandshakeVectors.split(Bytes.concat(playback.flights.toArray(Bytes[]::new))))
                .isEqualTo(EnrolmentVectors.MESSAGES.stream().map(VECTORS::get).toList());
        for (Map.Entry<String, Bytes> record : playback.records) {
            assertThat(record.getValue()).describedAs(record.getKey()).isEqualTo(VECTORS.get(record.getKey()));
        }
    }

    @Test
    void a_second_implementation_derives_every_value() {
        Reference reference = new Reference(EnrolmentVectors.SUITE.code());
        Map<String, Bytes> derived = reference.derive(VECTORS);
        derived.forEach((name, value) -> assertThat(value).describedAs(name).isEqualTo(VECTORS.get(name)));
        Bytes request = Bytes.concat(VECTORS.get("message.EnrolRequest"), Bytes.fromHex("01"));
        Bytes response = Bytes.concat(VECTORS.get("message.EnrolResponse"), Bytes.fromHex("01"));
        Bytes close = Bytes.fromHex("04");
        assertThat(reference.record(derived, "c_ap", 2, 0, request)).isEqualTo(VECTORS.get("record.EnrolRequest"));
        assertThat(reference.record(derived, "s_ap", 2, 0, response)).isEqualTo(VECTORS.get("record.EnrolResponse"));
        assertThat(reference.record(derived, "c_ap", 2, 1, close)).isEqualTo(VECTORS.get("record.device.close"));
        assertThat(reference.record(derived, "s_ap", 2, 1, close)).isEqualTo(VECTORS.get("record.server.close"));
    }

    @Test
    void the_request_is_bound_to_the_session() throws Exception {
        var attributes = new PKCS10CertificationRequest(VECTORS.get("request").toArray())
                .getAttributes(PKCSObjectIdentifiers.pkcs_9_at_challengePassword);
        assertThat(attributes).hasSize(1);
        assertThat(((ASN1String) attributes[0].getAttributeValues()[0]).getString())
                .isEqualTo(VECTORS.get("session_id").hex());
    }
}
