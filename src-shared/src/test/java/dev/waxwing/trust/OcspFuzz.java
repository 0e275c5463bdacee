package dev.waxwing.trust;

import dev.waxwing.fuzz.Authority;
import dev.waxwing.fuzz.Fuzz;
import dev.waxwing.fuzz.SignedDer;
import dev.waxwing.wire.Bytes;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;

/**
 * Input: a byte of flags, then an OCSP response in DER, or with flag {@code 0x01} its ResponseData, which a delegated
 * responder then signs.
 */
public final class OcspFuzz {

    private static final Bytes BASIC = Bytes.fromHex("06092b0601050507300101");

    private OcspFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length == 0) {
            return;
        }
        byte[] rest = Arrays.copyOfRange(input, 1, input.length);
        byte[] der = (input[0] & 1) == 0 ? rest : response(rest);
        Fuzz.once(input, 4 << 20, 2_048, () -> {
            try {
                OcspResponse.parse(der);
                new StapledStatus()
                        .check(
                                Authority.SERVER.certificate(),
                                Authority.ISSUING.certificate(),
                                Bytes.of(der),
                                TestPki.NOW);
            } catch (UntrustedException e) {
                Fuzz.require(e.getMessage() != null, "a reason");
            }
        });
    }

    private static byte[] response(byte[] data) {
        Bytes enclosed =
                SignedDer.value(0xA0, SignedDer.value(0x30, Certificates.encode(Authority.RESPONDER.certificate())));
        Bytes basic = Bytes.of(SignedDer.of(data, Authority.sign(Authority.RESPONDER, data), enclosed));
        Bytes bytes = SignedDer.value(0x30, Bytes.concat(BASIC, SignedDer.value(0x04, basic)));
        return SignedDer.value(0x30, Bytes.concat(Bytes.fromHex("0a0100"), SignedDer.value(0xA0, bytes)))
                .toArray();
    }

    public static Map<String, Bytes> seeds() throws UntrustedException {
        TestPki pki = Authority.pki();
        X509Certificate server = Authority.SERVER.certificate();
        Bytes good = pki.staple(Authority.RESPONDER).good(server).make();
        Bytes several = pki.staple(Authority.RESPONDER)
                .sha256Ids()
                .good(server)
                .revoked(Authority.DEVICE.certificate(), TestPki.NOW.minus(Duration.ofDays(1)))
                .unknown(Authority.RECEIPTS.certificate())
                .make();
        return Map.of(
                "response",
                Bytes.concat(Bytes.fromHex("00"), good),
                "signed-good",
                Bytes.concat(
                        Bytes.fromHex("01"), OcspResponse.parse(good.toArray()).signedContent()),
                "signed-several",
                Bytes.concat(
                        Bytes.fromHex("01"),
                        OcspResponse.parse(several.toArray()).signedContent()));
    }
}
