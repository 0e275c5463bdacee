package dev.waxwing.classic;

import dev.waxwing.fuzz.Fuzz;
import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Input: what claims to be a certificate of the classic protocol, in JSON. */
public final class ClassicCertificateFuzz {

    private static final ClassicVectors VECTORS = new ClassicVectors();

    private ClassicCertificateFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        Fuzz.once(input, 2 << 20, 512, () -> {
            try {
                ClassicCertificate certificate = ClassicCertificate.parse(input);
                Fuzz.require(
                        ClassicCertificate.parse(certificate.encode().toArray()).equals(certificate),
                        "written and read");
                if (certificate.verifiedBy(VECTORS.authority())) {
                    Fuzz.require(
                            certificate.equals(VECTORS.certificate("device"))
                                    || certificate.equals(VECTORS.certificate("odd"))
                                    || certificate.equals(VECTORS.certificate("server")),
                            "only what the authority signed");
                }
            } catch (ProtocolException e) {
                Fuzz.require(e.code() == AlertCode.PROTOCOL_ERROR, "protocol_error");
            }
        });
    }

    public static Map<String, Bytes> seeds() {
        String json = new String(VECTORS.get("device.certificate").toArray(), StandardCharsets.US_ASCII);
        return Map.of(
                "device",
                VECTORS.get("device.certificate"),
                "odd",
                VECTORS.get("odd.certificate"),
                "other-spelling",
                Bytes.of(("\r\n" + json.replace(": ", " :\t").replace("camera", "\\u0063amera") + " ")
                        .getBytes(StandardCharsets.US_ASCII)));
    }
}
