package dev.waxwing.trust;

import dev.waxwing.fuzz.Authority;
import dev.waxwing.fuzz.Fuzz;
import dev.waxwing.fuzz.SignedDer;
import dev.waxwing.wire.Bytes;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Input: a byte of flags, then one certificate in DER, or with flag {@code 0x01} the part of it that is signed, which the
 * authority then signs, so that all checks behind the signature see it as well.
 */
public final class CertificateFuzz {

    private CertificateFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length == 0) {
            return;
        }
        byte[] rest = Arrays.copyOfRange(input, 1, input.length);
        byte[] der = (input[0] & 1) == 0 ? rest : SignedDer.of(rest, Authority.sign(Authority.ISSUING, rest));
        Fuzz.once(input, 4 << 20, 2_048, () -> {
            X509Certificate certificate;
            try {
                certificate = Certificates.parse(der);
            } catch (UntrustedException e) {
                return;
            }
            Fuzz.require(Certificates.encode(certificate).equals(Bytes.of(der)), "one spelling");
            try {
                Fuzz.require(
                        Certificates.fromPem(Certificates.toPem(List.of(certificate)))
                                .equals(List.of(certificate)),
                        "PEM and back");
            } catch (UntrustedException e) {
                throw new AssertionError("PEM and back", e);
            }
            Certificates.spkiSha256(certificate);
            for (Role role : Role.values()) {
                check(role, certificate);
            }
            root(certificate);
        });
    }

    private static void check(Role role, X509Certificate certificate) {
        try {
            EndEntity.requireRole(certificate, role);
        } catch (UntrustedException e) {
            Fuzz.require(e.getMessage() != null, "a reason");
        }
        try {
            List<X509Certificate> chain = List.of(certificate, Authority.ISSUING.certificate());
            VerifiedPeer peer = new PeerVerifier(Authority.ROOT, role, (leaf, issuer, staple, now) -> {}, TestPki.CLOCK)
                    .verify(chain, Bytes.EMPTY);
            Fuzz.require(EndEntity.requireRole(certificate, role).equals(peer.name()), "the name that was checked");
        } catch (UntrustedException e) {
            Fuzz.require(e.getMessage() != null, "a reason");
        }
    }

    private static void root(X509Certificate certificate) {
        try {
            TrustedRoot.of(certificate);
        } catch (UntrustedException e) {
            Fuzz.require(e.getMessage() != null, "a reason");
        }
    }

    public static Map<String, Bytes> seeds() {
        return Map.of(
                "certificate",
                Bytes.concat(Bytes.fromHex("00"), Certificates.encode(Authority.DEVICE.certificate())),
                "root",
                Bytes.concat(Bytes.fromHex("00"), Certificates.encode(Authority.ROOT.certificate())),
                "signed-device",
                signed(Authority.DEVICE.certificate()),
                "signed-authority",
                signed(Authority.ISSUING.certificate()),
                "signed-responder",
                signed(Authority.RESPONDER.certificate()));
    }

    private static Bytes signed(X509Certificate certificate) {
        try {
            return Bytes.concat(Bytes.fromHex("01"), Bytes.of(certificate.getTBSCertificate()));
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException(e);
        }
    }
}
