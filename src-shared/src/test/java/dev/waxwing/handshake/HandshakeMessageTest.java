package dev.waxwing.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import dev.waxwing.wire.Writer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Protocol section 5: three laws for every message, then the ranges. */
class HandshakeMessageTest {

    static List<HandshakeMessage> messages() {
        return MessageSamples.all();
    }

    @Test
    void every_type_has_a_sample() {
        assertThat(messages().stream().map(Object::getClass).distinct())
                .hasSize(HandshakeMessage.class.getPermittedSubclasses().length);
    }

    @ParameterizedTest
    @MethodSource("messages")
    void comes_back_as_it_went(HandshakeMessage message) throws Exception {
        Bytes encoded = message.encode();
        assertThat(decode(encoded)).isEqualTo(message);
        assertThat(decode(encoded).encode()).isEqualTo(encoded);
    }

    @ParameterizedTest
    @MethodSource("messages")
    void refuses_every_strict_prefix(HandshakeMessage message) {
        Bytes encoded = message.encode();
        for (int length = 0; length < encoded.size(); length++) {
            Bytes prefix = encoded.slice(0, length);
            assertThatThrownBy(() -> decode(prefix)).isInstanceOf(ProtocolException.class);
        }
    }

    @ParameterizedTest
    @MethodSource("messages")
    void refuses_any_byte_behind_it(HandshakeMessage message) {
        for (int next = 0; next < 256; next++) {
            Bytes longer = Bytes.concat(message.encode(), Bytes.of((byte) next));
            assertThatThrownBy(() -> decode(longer)).isInstanceOf(ProtocolException.class);
        }
    }

    @ParameterizedTest
    @MethodSource("messages")
    void refuses_every_body_that_is_cut_off_or_goes_on(HandshakeMessage message) {
        Bytes encoded = message.encode();
        int body = encoded.size() - HandshakeMessage.HEAD;
        for (int length = 0; length <= body + 1; length++) {
            if (length == body || message instanceof Finished && length <= body) {
                continue;
            }
            byte[] changed = Arrays.copyOfRange(encoded.toArray(), 4, 4 + length);
            Bytes whole =
                    Writer.growing().u8(message.type()).vec24(Bytes.of(changed)).toBytes();
            assertThatThrownBy(() -> decode(whole)).isInstanceOf(ProtocolException.class);
        }
    }

    @ParameterizedTest
    @MethodSource("messages")
    void mutated_bytes_are_refused_or_mean_exactly_themselves(HandshakeMessage message) {
        Random random = new Random(message.type());
        byte[] good = message.encode().toArray();
        for (int i = 0; i < 5_000; i++) {
            byte[] bad = good.clone();
            for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
                // Mostly where lengths are: in the first hundred bytes.
                int at = random.nextBoolean() ? random.nextInt(Math.min(100, bad.length)) : random.nextInt(bad.length);
                bad[at] = (byte) random.nextInt(256);
            }
            onlyRefuses(bad);
        }
    }

    @Test
    void random_bytes_are_refused_or_mean_exactly_themselves() {
        Random random = new Random(42);
        int[] types = messages().stream().mapToInt(HandshakeMessage::type).toArray();
        for (int i = 0; i < 20_000; i++) {
            byte[] body = new byte[random.nextInt(300)];
            random.nextBytes(body);
            onlyRefuses(Writer.growing()
                    .u8(types[random.nextInt(types.length)])
                    .vec24(Bytes.of(body))
                    .toBytes()
                    .toArray());
        }
    }

    @Test
    void refuses_reserved_types() {
        for (int type : new int[] {0x00, 0x18, 0x28, 0x29, 0x2A, 0x2B, 0xFF}) {
            Bytes message = Writer.growing().u8(type).vec24(Bytes.fromHex("00")).toBytes();
            assertThatThrownBy(() -> decode(message)).isInstanceOf(ProtocolException.class);
        }
    }

    @Test
    void refuses_an_extension_twice() {
        Extension extension = new Extension(7, Bytes.EMPTY);
        assertRefused(withExtensions(List.of(extension, extension)));
    }

    @Test
    void refuses_more_than_32_extensions() throws Exception {
        decode(withExtensions(distinct(32)).encode());
        assertRefused(withExtensions(distinct(33)));
    }

    @Test
    void refuses_a_version_suite_or_signature_scheme_twice() {
        ClientHello hello = MessageSamples.clientHello();
        List<Integer> twice = List.of(0x0403, 0x0002, 0x0403);
        assertRefused(withCodes(twice, hello.suites(), hello.signatureSchemes()));
        assertRefused(withCodes(hello.versions(), twice, hello.signatureSchemes()));
        assertRefused(withCodes(hello.versions(), hello.suites(), twice));
        assertRefused(new CertificateRequest(twice, List.of(Bytes.of(new byte[32])), List.of()));
    }

    @Test
    void refuses_lists_without_an_element_or_with_seventeen() {
        assertRefused(new CertificateRequest(List.of(), List.of(Bytes.of(new byte[32])), List.of()));
        assertRefused(new CertificateRequest(
                IntStream.range(0, 17).boxed().toList(), List.of(Bytes.of(new byte[32])), List.of()));
        assertRefused(new CertificateRequest(List.of(1), List.of(), List.of()));
    }

    @Test
    void refuses_chains_of_no_or_five_certificates() {
        Bytes certificate = Bytes.fromHex("30");
        assertRefused(new Certificate(List.of(), Bytes.EMPTY, List.of()));
        assertRefused(new Certificate(
                List.of(certificate, certificate, certificate, certificate, certificate), Bytes.EMPTY, List.of()));
        assertRefused(new EnrolResponse(List.of(certificate)));
        assertRefused(new Certificate(List.of(Bytes.EMPTY), Bytes.EMPTY, List.of()));
    }

    @Test
    void refuses_a_root_list_of_no_byte_or_of_more_than_16384() throws Exception {
        assertThat(new Certificate(List.of(), Bytes.EMPTY, List.of()).rootList())
                .isEqualTo(Bytes.EMPTY);
        Bytes largest = Bytes.of(new byte[16_384]);
        assertThat(Certificate.ofServer(List.of(), Bytes.EMPTY, largest).rootList())
                .isEqualTo(largest);
        for (Bytes wrong : List.of(Bytes.EMPTY, Bytes.of(new byte[16_385]))) {
            Certificate certificate =
                    new Certificate(List.of(), Bytes.EMPTY, List.of(new Extension(Certificate.ROOT_LIST, wrong)));
            assertThatExceptionOfType(ProtocolException.class).isThrownBy(certificate::rootList);
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Certificate.ofServer(List.of(), Bytes.EMPTY, Bytes.of(new byte[16_385])));
    }

    @Test
    void refuses_a_hello_of_more_than_8192_bytes() throws Exception {
        int used =
                withExtensions(List.of(new Extension(1, Bytes.EMPTY))).encode().size();
        decode(withExtensions(List.of(new Extension(1, Bytes.of(new byte[8_192 - used]))))
                .encode());
        assertRefused(withExtensions(List.of(new Extension(1, Bytes.of(new byte[8_193 - used])))));
    }

    private static ClientHello withCodes(List<Integer> versions, List<Integer> suites, List<Integer> schemes) {
        ClientHello hello = MessageSamples.clientHello();
        return new ClientHello(
                hello.random(),
                hello.mode(),
                versions,
                suites,
                hello.group(),
                hello.keyShare(),
                schemes,
                hello.maxContent(),
                List.of());
    }

    private static ClientHello withExtensions(List<Extension> extensions) {
        ClientHello hello = MessageSamples.clientHello();
        return new ClientHello(
                hello.random(),
                hello.mode(),
                hello.versions(),
                hello.suites(),
                hello.group(),
                hello.keyShare(),
                hello.signatureSchemes(),
                hello.maxContent(),
                extensions);
    }

    private static List<Extension> distinct(int count) {
        return IntStream.range(0, count)
                .mapToObj(type -> new Extension(type, Bytes.EMPTY))
                .toList();
    }

    private static void assertRefused(HandshakeMessage message) {
        assertThatThrownBy(() -> decode(message.encode())).isInstanceOf(ProtocolException.class);
    }

    private static void onlyRefuses(byte[] bytes) {
        try {
            assertThat(decode(Bytes.of(bytes)).encode()).isEqualTo(Bytes.of(bytes));
        } catch (ProtocolException e) {
            assertThat(e.code()).isEqualTo(AlertCode.PROTOCOL_ERROR);
            assertThat(e.reason()).isNotEmpty();
        }
    }

    private static HandshakeMessage decode(Bytes bytes) throws ProtocolException {
        Reader in = Reader.of(bytes);
        HandshakeMessage message = HandshakeMessage.decode(in);
        in.end();
        return message;
    }
}
