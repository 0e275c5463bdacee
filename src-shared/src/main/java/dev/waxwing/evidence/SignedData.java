package dev.waxwing.evidence;

import dev.waxwing.trust.Der;
import dev.waxwing.trust.Der.MalformedException;
import dev.waxwing.wire.Bytes;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * The one form of CMS SignedData that protocol section 14.4 allows, parsed but not yet verified. Whatever that form does
 * not have (certificates, a second signer, other attributes) is refused here.
 *
 * @param signedAttributes the DER that the signature covers, as a SET
 * @param messageDigest of the content, as the signer says
 * @param certificateSha256 of the signer's certificate, as the signer says
 * @param certificateId of the signer's certificate, named a second time; null if it is not
 * @param algorithm object identifier of the signature's algorithm, in hex
 */
record SignedData(
        SignerId signer,
        Bytes signedAttributes,
        Bytes messageDigest,
        Bytes certificateSha256,
        @Nullable SignerId certificateId,
        String algorithm,
        Bytes signature) {

    private static final String ID_SIGNED_DATA = "2a864886f70d010702";
    private static final String ID_DATA = "2a864886f70d010701";
    private static final String SHA256 = "608648016503040201";
    private static final String CONTENT_TYPE = "2a864886f70d010903";
    private static final String MESSAGE_DIGEST = "2a864886f70d010904";
    private static final String SIGNING_CERTIFICATE_V2 = "2a864886f70d010910022f";
    private static final int DIRECTORY_NAME = 4;

    static SignedData parse(Bytes der) throws MalformedException {
        Der input = new Der(der.toArray());
        Der contentInfo = input.enter(Der.SEQUENCE);
        input.end();
        require(contentInfo.oidHex().equals(ID_SIGNED_DATA), "not SignedData");
        Der explicit = contentInfo.enter(Der.context(0, true));
        contentInfo.end();
        Der signedData = explicit.enter(Der.SEQUENCE);
        explicit.end();

        requireVersion1(signedData);
        Der digestAlgorithms = signedData.enter(Der.SET);
        requireSha256(digestAlgorithms);
        digestAlgorithms.end();
        Der encapsulated = signedData.enter(Der.SEQUENCE);
        require(encapsulated.oidHex().equals(ID_DATA), "content that is not data");
        require(!encapsulated.hasMore(), "enclosed content");
        require(!signedData.isNext(Der.context(0, true)), "enclosed certificates");
        require(!signedData.isNext(Der.context(1, true)), "enclosed revocation lists");
        Der signers = signedData.enter(Der.SET);
        signedData.end();
        Der signer = signers.enter(Der.SEQUENCE);
        require(!signers.hasMore(), "more than one signer");
        return signer(signer);
    }

    private static SignedData signer(Der in) throws MalformedException {
        requireVersion1(in);
        require(in.isNext(Der.SEQUENCE), "a signer who is not named by issuer and serial number");
        Der identifier = in.enter(Der.SEQUENCE);
        SignerId signer = new SignerId(name(identifier), identifier.integer());
        identifier.end();
        requireSha256(in);
        require(in.isNext(Der.context(0, true)), "no signed attributes");
        byte[] attributes = in.whole(Der.context(0, true));
        String algorithm = algorithm(in);
        Bytes signature = Bytes.of(in.content(Der.OCTET_STRING));
        require(!in.hasMore(), "unsigned attributes");

        // RFC 5652 section 5.4: what is signed has the tag of a SET in place of the implicit one.
        attributes[0] = (byte) Der.SET;
        Map<String, Der> values = attributes(new Der(attributes).enter(Der.SET));
        require(
                values.keySet().equals(Set.of(CONTENT_TYPE, MESSAGE_DIGEST, SIGNING_CERTIFICATE_V2)),
                "other signed attributes than the three");
        Der contentType = required(values, CONTENT_TYPE);
        require(contentType.oidHex().equals(ID_DATA), "a content type that is not data");
        contentType.end();
        Der digest = required(values, MESSAGE_DIGEST);
        Bytes messageDigest = Bytes.of(digest.content(Der.OCTET_STRING));
        digest.end();

        Der certificate = signingCertificate(required(values, SIGNING_CERTIFICATE_V2));
        if (certificate.isNext(Der.SEQUENCE)) {
            // The default, SHA-256, must not be written in DER.
            throw new MalformedException("a certificate hash other than SHA-256");
        }
        Bytes certificateSha256 = Bytes.of(certificate.content(Der.OCTET_STRING));
        SignerId certificateId = certificate.hasMore() ? issuerSerial(certificate.enter(Der.SEQUENCE)) : null;
        certificate.end();
        return new SignedData(
                signer, Bytes.of(attributes), messageDigest, certificateSha256, certificateId, algorithm, signature);
    }

    /** Each attribute with exactly one value, in the order of DER. */
    private static Map<String, Der> attributes(Der set) throws MalformedException {
        Map<String, Der> values = new HashMap<>();
        byte[] before = new byte[0];
        while (set.hasMore()) {
            byte[] whole = set.whole(Der.SEQUENCE);
            require(Arrays.compareUnsigned(before, whole) < 0, "attributes that are not in order");
            before = whole;
            Der attribute = new Der(whole).enter(Der.SEQUENCE);
            String oid = attribute.oidHex();
            Der value = attribute.enter(Der.SET);
            attribute.end();
            require(values.put(oid, value) == null, "an attribute twice");
        }
        return values;
    }

    /** RFC 5035 section 3: SEQUENCE { SEQUENCE OF ESSCertIDv2, policies OPTIONAL } with one element and no policies. */
    private static Der signingCertificate(Der value) throws MalformedException {
        Der attribute = value.enter(Der.SEQUENCE);
        value.end();
        Der list = attribute.enter(Der.SEQUENCE);
        attribute.end();
        Der only = list.enter(Der.SEQUENCE);
        list.end();
        return only;
    }

    private static SignerId issuerSerial(Der in) throws MalformedException {
        Der names = in.enter(Der.SEQUENCE);
        Der directoryName = names.enter(Der.context(DIRECTORY_NAME, true));
        names.end();
        X500Principal issuer = name(directoryName);
        directoryName.end();
        BigInteger serialNumber = in.integer();
        in.end();
        return new SignerId(issuer, serialNumber);
    }

    private static X500Principal name(Der in) throws MalformedException {
        try {
            return new X500Principal(in.whole(Der.SEQUENCE));
        } catch (IllegalArgumentException e) {
            throw new MalformedException("not a name: " + e.getMessage());
        }
    }

    private static void requireVersion1(Der in) throws MalformedException {
        require(in.integer().equals(BigInteger.ONE), "another version than 1");
    }

    private static void requireSha256(Der in) throws MalformedException {
        require(algorithm(in).equals(SHA256), "another digest than SHA-256");
    }

    private static String algorithm(Der in) throws MalformedException {
        Der algorithm = in.enter(Der.SEQUENCE);
        String oid = algorithm.oidHex();
        if (algorithm.hasMore()) {
            algorithm.enter(Der.NULL).end();
        }
        algorithm.end();
        return oid;
    }

    private static Der required(Map<String, Der> values, String oid) throws MalformedException {
        Der value = values.get(oid);
        if (value == null) {
            throw new MalformedException("no attribute " + oid);
        }
        return value;
    }

    private static void require(boolean condition, String fault) throws MalformedException {
        if (!condition) {
            throw new MalformedException(fault);
        }
    }
}
