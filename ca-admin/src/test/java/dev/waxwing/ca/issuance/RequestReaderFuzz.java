package dev.waxwing.ca.issuance;

import dev.waxwing.ca.TestRequests;
import dev.waxwing.ca.issuance.RequestCheck.Accepted;
import dev.waxwing.fuzz.Authority;
import dev.waxwing.fuzz.Fuzz;
import dev.waxwing.fuzz.SignedDer;
import dev.waxwing.trust.PeerName;
import dev.waxwing.wire.Bytes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.util.Arrays;
import java.util.Map;
import org.bouncycastle.asn1.pkcs.CertificationRequest;

/**
 * Input: a byte of flags, then a PKCS#10 request in DER or PEM, or with flag {@code 0x01} the part of it that is signed,
 * which the key of the seeds then signs, so that all checks see it as well.
 */
public final class RequestReaderFuzz {

    private RequestReaderFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length == 0) {
            return;
        }
        byte[] rest = Arrays.copyOfRange(input, 1, input.length);
        byte[] request = (input[0] & 1) == 0 ? rest : SignedDer.of(rest, Authority.sign(Authority.DEVICE, rest));
        Fuzz.once(input, 8 << 20, 4_096, () -> {
            if (new RequestReader().read(request) instanceof Accepted(CertificateRequest accepted)) {
                Fuzz.require(accepted.commonName().map(PeerName::isValid).orElse(true), "a name that can be certified");
                Fuzz.require(
                        accepted.challengePassword().map(String::length).orElse(0) <= 255,
                        "a password within its limit");
                Fuzz.require(accepted.publicKey().getEncoded() != null, "a key that can be certified");
            }
        });
    }

    public static Map<String, Bytes> seeds() throws IOException {
        KeyPair keys = new KeyPair(Authority.DEVICE.certificate().getPublicKey(), Authority.DEVICE.privateKey());
        byte[] der = TestRequests.challenge("CN=camera-7", keys, "00112233445566778899aabbccddeeff");
        byte[] more = TestRequests.requestWithAlternativeName("CN=camera-7", keys);
        return Map.of(
                "der",
                flagged("00", der),
                "pem",
                flagged("00", TestRequests.pem(der).getBytes(StandardCharsets.US_ASCII)),
                "rsa",
                flagged("00", TestRequests.request("CN=camera-7", TestRequests.rsa(2048))),
                "signed",
                flagged("01", content(der)),
                "signed-alternative-name",
                flagged("01", content(more)));
    }

    private static Bytes flagged(String flags, byte[] rest) {
        return Bytes.concat(Bytes.fromHex(flags), Bytes.of(rest));
    }

    private static byte[] content(byte[] request) throws IOException {
        return CertificationRequest.getInstance(request)
                .getCertificationRequestInfo()
                .getEncoded();
    }
}
