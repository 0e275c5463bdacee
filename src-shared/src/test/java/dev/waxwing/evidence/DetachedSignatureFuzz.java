package dev.waxwing.evidence;

import dev.waxwing.fuzz.Authority;
import dev.waxwing.fuzz.Fuzz;
import dev.waxwing.fuzz.SignedDer;
import dev.waxwing.trust.Certificates;
import dev.waxwing.wire.Bytes;
import java.util.Arrays;
import java.util.Map;

/**
 * Input: a byte of flags, then a CMS signature in DER, or with flag {@code 0x01} what a SignerInfo says before its
 * signature, whose attributes the device then signs.
 */
public final class DetachedSignatureFuzz {

    /** What the seeds are signatures of. */
    static final Bytes CONTENT = Bytes.fromHex("7b7d");

    private static final int ATTRIBUTES = 0xA0;

    private DetachedSignatureFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length == 0) {
            return;
        }
        Bytes rest = Bytes.of(Arrays.copyOfRange(input, 1, input.length));
        Bytes signature = (input[0] & 1) == 0 ? rest : signed(rest);
        Fuzz.once(input, 4 << 20, 1_024, () -> {
            try {
                SignerId signer = DetachedSignature.signer(signature);
                DetachedSignature.verify(CONTENT, signature, Authority.DEVICE.certificate());
                Fuzz.require(signer.equals(SignerId.of(Authority.DEVICE.certificate())), "the signer that it names");
            } catch (InvalidSignatureException e) {
                Fuzz.require(e.getMessage() != null, "a reason");
            }
        });
    }

    /** A SignedData around these attributes, signed by the device. */
    private static Bytes signed(Bytes attributes) {
        Bytes toSign = SignedDer.value(0x31, attributes);
        Bytes sha256 = Bytes.fromHex("300b0609608648016503040201");
        Bytes issuer =
                Bytes.of(Authority.DEVICE.certificate().getIssuerX500Principal().getEncoded());
        Bytes serial = SignedDer.value(
                0x02, Bytes.of(Authority.DEVICE.certificate().getSerialNumber().toByteArray()));
        Bytes one = Bytes.fromHex("020101");
        Bytes signer = SignedDer.value(
                0x30,
                Bytes.concat(
                        one,
                        SignedDer.value(0x30, Bytes.concat(issuer, serial)),
                        sha256,
                        SignedDer.value(ATTRIBUTES, attributes),
                        SignedDer.ECDSA_SHA256,
                        SignedDer.value(0x04, Authority.sign(Authority.DEVICE, toSign.toArray()))));
        Bytes data = SignedDer.value(
                0x30,
                Bytes.concat(
                        one,
                        SignedDer.value(0x31, sha256),
                        SignedDer.value(0x30, Bytes.fromHex("06092a864886f70d010701")),
                        SignedDer.value(0x31, signer)));
        return SignedDer.value(
                0x30, Bytes.concat(Bytes.fromHex("06092a864886f70d010702"), SignedDer.value(0xA0, data)));
    }

    /** The attributes that the device really signs. */
    static Bytes attributes() {
        Bytes hash = SignedDer.value(0x04, Sha256.of(Certificates.encode(Authority.DEVICE.certificate())));
        Bytes certificate = SignedDer.value(0x30, SignedDer.value(0x30, SignedDer.value(0x30, hash)));
        Bytes digest = SignedDer.value(0x04, Sha256.of(CONTENT));
        return Bytes.concat(
                attribute("06092a864886f70d010903", Bytes.fromHex("06092a864886f70d010701")),
                attribute("06092a864886f70d010904", digest),
                attribute("060b2a864886f70d010910022f", certificate));
    }

    private static Bytes attribute(String oid, Bytes value) {
        return SignedDer.value(0x30, Bytes.concat(Bytes.fromHex(oid), SignedDer.value(0x31, value)));
    }

    public static Map<String, Bytes> seeds() {
        return Map.of(
                "signature",
                Bytes.concat(Bytes.fromHex("00"), DetachedSignature.sign(CONTENT, Authority.DEVICE)),
                "signed-attributes",
                Bytes.concat(Bytes.fromHex("01"), attributes()));
    }
}
