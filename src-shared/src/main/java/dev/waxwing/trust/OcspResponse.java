package dev.waxwing.trust;

import dev.waxwing.trust.UntrustedException.Reason;
import dev.waxwing.wire.Bytes;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import javax.security.auth.x500.X500Principal;

/**
 * A successful basic OCSP response (RFC 6960 section 4.2.1), parsed but not yet believed.
 *
 * @param signedContent the DER of ResponseData
 * @param signatureAlgorithm its JCA name
 * @param certificates what the responder enclosed
 */
record OcspResponse(
        ResponderId responder,
        List<Single> singles,
        Bytes signedContent,
        String signatureAlgorithm,
        Bytes signature,
        List<X509Certificate> certificates) {

    enum Status {
        GOOD,
        REVOKED,
        UNKNOWN
    }

    /** What the responder says about one certificate. */
    record Single(CertId certificate, Status status, Instant thisUpdate, Instant nextUpdate) {}

    /** Who signed. */
    sealed interface ResponderId {
        record ByName(X500Principal name) implements ResponderId {}

        record ByKey(Bytes keySha1) implements ResponderId {}
    }

    record CertId(String hash, Bytes issuerNameHash, Bytes issuerKeyHash, BigInteger serialNumber) {}

    private static final int MAX_SINGLES = 64;
    private static final int MAX_CERTIFICATES = 4;

    private static final String BASIC = "2b0601050507300101";
    private static final Map<String, String> HASHES = Map.of("2b0e03021a", "SHA-1", "608648016503040201", "SHA-256");

    /** @throws UntrustedException {@link Reason#BAD_STAPLE} if the bytes are anything but a successful basic response */
    static OcspResponse parse(byte[] der) throws UntrustedException {
        try {
            Der input = new Der(der);
            Der response = input.enter(Der.SEQUENCE);
            input.end();
            byte[] responseStatus = response.content(Der.ENUMERATED);
            if (responseStatus.length != 1 || responseStatus[0] != 0) {
                throw new Der.MalformedException("the responder did not answer: " + Arrays.toString(responseStatus));
            }
            Der explicit = response.enter(Der.context(0, true));
            response.end();
            Der responseBytes = explicit.enter(Der.SEQUENCE);
            explicit.end();
            if (!responseBytes.oidHex().equals(BASIC)) {
                throw new Der.MalformedException("not a basic response");
            }
            byte[] basic = responseBytes.content(Der.OCTET_STRING);
            responseBytes.end();
            return basic(basic);
        } catch (Der.MalformedException e) {
            throw new UntrustedException(Reason.BAD_STAPLE, "OCSP response: " + e.getMessage(), e);
        }
    }

    /** Whether the response names the certificate's subject or key as its signer. */
    boolean isBy(X509Certificate certificate) throws UntrustedException {
        return switch (responder) {
            case ResponderId.ByName(X500Principal name) -> name.equals(certificate.getSubjectX500Principal());
            case ResponderId.ByKey(Bytes keySha1) -> keySha1.equals(keyHash("SHA-1", certificate));
        };
    }

    /** What the response says about this certificate of this issuer: exactly one statement. */
    Single about(X509Certificate leaf, X509Certificate issuer) throws UntrustedException {
        List<Single> matches = new ArrayList<>();
        for (Single single : singles) {
            if (isAbout(single.certificate(), leaf, issuer)) {
                matches.add(single);
            }
        }
        if (matches.size() != 1) {
            throw new UntrustedException(
                    Reason.BAD_STAPLE, "the OCSP response speaks of this certificate " + matches.size() + " times");
        }
        return matches.getFirst();
    }

    private static boolean isAbout(CertId id, X509Certificate leaf, X509Certificate issuer) throws UntrustedException {
        byte[] issuerName = issuer.getSubjectX500Principal().getEncoded();
        return id.serialNumber().equals(leaf.getSerialNumber())
                && id.issuerNameHash().equals(Bytes.of(Certificates.digest(id.hash(), issuerName)))
                && id.issuerKeyHash().equals(keyHash(id.hash(), issuer));
    }

    /** RFC 6960 hashes the bits of the key, without the algorithm around them. */
    private static Bytes keyHash(String hash, X509Certificate certificate) throws UntrustedException {
        try {
            Der info = new Der(certificate.getPublicKey().getEncoded()).enter(Der.SEQUENCE);
            info.enter(Der.SEQUENCE);
            return Bytes.of(Certificates.digest(hash, info.bits()));
        } catch (Der.MalformedException e) {
            throw new UntrustedException(Reason.MALFORMED, "public key: " + e.getMessage(), e);
        }
    }

    private static OcspResponse basic(byte[] der) throws Der.MalformedException, UntrustedException {
        Der input = new Der(der);
        Der basic = input.enter(Der.SEQUENCE);
        input.end();
        byte[] signedContent = basic.whole(Der.SEQUENCE);
        String algorithm =
                known(AuthoritySignatures.ALGORITHMS, AuthoritySignatures.algorithm(basic), "signature algorithm");
        Bytes signature = Bytes.of(basic.bits());
        List<X509Certificate> certificates = basic.hasMore() ? certificates(basic) : List.of();
        basic.end();

        Der data = new Der(signedContent).enter(Der.SEQUENCE);
        if (data.isNext(Der.context(0, true))) {
            throw new Der.MalformedException("a version that is not the default");
        }
        ResponderId responder = responder(data);
        data.time();
        List<Single> singles = singles(data.enter(Der.SEQUENCE));
        extensions(data, 1);
        data.end();
        return new OcspResponse(responder, singles, Bytes.of(signedContent), algorithm, signature, certificates);
    }

    private static ResponderId responder(Der data) throws Der.MalformedException {
        if (data.isNext(Der.context(1, true))) {
            Der explicit = data.enter(Der.context(1, true));
            byte[] name = explicit.whole(Der.SEQUENCE);
            explicit.end();
            try {
                return new ResponderId.ByName(new X500Principal(name));
            } catch (IllegalArgumentException e) {
                throw new Der.MalformedException("responder name: " + e.getMessage());
            }
        }
        Der explicit = data.enter(Der.context(2, true));
        Bytes keyHash = Bytes.of(explicit.content(Der.OCTET_STRING));
        explicit.end();
        return new ResponderId.ByKey(keyHash);
    }

    private static List<Single> singles(Der list) throws Der.MalformedException {
        List<Single> singles = new ArrayList<>();
        while (list.hasMore()) {
            if (singles.size() == MAX_SINGLES) {
                throw new Der.MalformedException("more than " + MAX_SINGLES + " statements");
            }
            singles.add(single(list.enter(Der.SEQUENCE)));
        }
        return List.copyOf(singles);
    }

    private static Single single(Der in) throws Der.MalformedException {
        CertId certificate = certId(in.enter(Der.SEQUENCE));
        Status status = status(in);
        Instant thisUpdate = in.time();
        // Optional in RFC 6960; required here, for without it the response would never lapse.
        Der next = in.enter(Der.context(0, true));
        Instant nextUpdate = next.time();
        next.end();
        extensions(in, 1);
        in.end();
        return new Single(certificate, status, thisUpdate, nextUpdate);
    }

    private static CertId certId(Der in) throws Der.MalformedException {
        String hash = known(HASHES, AuthoritySignatures.algorithm(in), "hash");
        Bytes issuerNameHash = Bytes.of(in.content(Der.OCTET_STRING));
        Bytes issuerKeyHash = Bytes.of(in.content(Der.OCTET_STRING));
        BigInteger serialNumber = in.integer();
        in.end();
        return new CertId(hash, issuerNameHash, issuerKeyHash, serialNumber);
    }

    private static Status status(Der in) throws Der.MalformedException {
        if (in.isNext(Der.context(0, false))) {
            in.enter(Der.context(0, false)).end();
            return Status.GOOD;
        }
        if (in.isNext(Der.context(1, true))) {
            in.enter(Der.context(1, true)).time();
            return Status.REVOKED;
        }
        in.enter(Der.context(2, false)).end();
        return Status.UNKNOWN;
    }

    /** Extensions are ignored as long as none is critical: this reader understands none. */
    private static void extensions(Der in, int tag) throws Der.MalformedException {
        if (!in.isNext(Der.context(tag, true))) {
            return;
        }
        Der explicit = in.enter(Der.context(tag, true));
        Der list = explicit.enter(Der.SEQUENCE);
        explicit.end();
        while (list.hasMore()) {
            Der extension = list.enter(Der.SEQUENCE);
            String oid = extension.oidHex();
            if (extension.isNext(Der.BOOLEAN) && extension.bool()) {
                throw new Der.MalformedException("an unknown critical extension " + oid);
            }
            extension.content(Der.OCTET_STRING);
            extension.end();
        }
    }

    private static List<X509Certificate> certificates(Der basic) throws Der.MalformedException, UntrustedException {
        Der explicit = basic.enter(Der.context(0, true));
        Der list = explicit.enter(Der.SEQUENCE);
        explicit.end();
        List<X509Certificate> certificates = new ArrayList<>();
        while (list.hasMore()) {
            if (certificates.size() == MAX_CERTIFICATES) {
                throw new Der.MalformedException("more than " + MAX_CERTIFICATES + " certificates");
            }
            certificates.add(Certificates.parse(list.whole(Der.SEQUENCE)));
        }
        return List.copyOf(certificates);
    }

    private static String known(Map<String, String> names, String oid, String what) throws Der.MalformedException {
        String name = names.get(oid);
        if (name == null) {
            throw new Der.MalformedException("unknown " + what + " " + oid);
        }
        return name;
    }
}
