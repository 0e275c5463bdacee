package dev.waxwing.ca.issuance;

import dev.waxwing.ca.authority.Pem;
import dev.waxwing.ca.issuance.RequestCheck.Accepted;
import dev.waxwing.ca.issuance.RequestCheck.Refused;
import dev.waxwing.crypto.EcdsaValue;
import dev.waxwing.trust.PeerName;
import dev.waxwing.wire.Bytes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1String;
import org.bouncycastle.asn1.pkcs.Attribute;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.jspecify.annotations.Nullable;

/** Reads PKCS#10 requests strictly: one pass from bytes to a checked value or a fault. Stateless. */
final class RequestReader {

    private static final List<String> LABELS = List.of("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST");
    private static final int CHALLENGE_MAX = 255;

    private static final Map<ASN1ObjectIdentifier, String> ALGORITHMS = Map.of(
            X9ObjectIdentifiers.ecdsa_with_SHA256, "SHA256withECDSA",
            X9ObjectIdentifiers.ecdsa_with_SHA384, "SHA384withECDSA",
            X9ObjectIdentifiers.ecdsa_with_SHA512, "SHA512withECDSA",
            PKCSObjectIdentifiers.sha256WithRSAEncryption, "SHA256withRSA",
            PKCSObjectIdentifiers.sha384WithRSAEncryption, "SHA384withRSA",
            PKCSObjectIdentifiers.sha512WithRSAEncryption, "SHA512withRSA");

    RequestCheck read(byte[] pemOrDer) {
        if (pemOrDer.length > CertificateRequest.MAX_LENGTH) {
            return new Refused(RequestFault.TOO_LARGE);
        }
        try {
            return new Accepted(checked(parse(der(pemOrDer))));
        } catch (Fault fault) {
            return new Refused(fault.fault);
        } catch (IOException | RuntimeException e) {
            // Whatever the ASN.1 classes make of garbage, lazily or not, it is the sender's garbage.
            return new Refused(RequestFault.MALFORMED);
        }
    }

    private static byte[] der(byte[] pemOrDer) throws IOException, Fault {
        if (pemOrDer.length > 0 && pemOrDer[0] == 0x30) {
            return pemOrDer;
        }
        List<Pem> blocks = Pem.read(new String(pemOrDer, StandardCharsets.US_ASCII));
        if (blocks.size() != 1 || !LABELS.contains(blocks.getFirst().label())) {
            throw new Fault(RequestFault.MALFORMED);
        }
        return blocks.getFirst().content();
    }

    private static PKCS10CertificationRequest parse(byte[] der) throws IOException, Fault {
        // Rejects trailing bytes, which PKCS10CertificationRequest alone would not, and every spelling but DER's.
        if (!Arrays.equals(der, ASN1Primitive.fromByteArray(der).getEncoded(ASN1Encoding.DER))) {
            throw new Fault(RequestFault.MALFORMED);
        }
        PKCS10CertificationRequest request = new PKCS10CertificationRequest(der);
        if (request.toASN1Structure().getCertificationRequestInfo().getVersion().intValueExact() != 0) {
            throw new Fault(RequestFault.MALFORMED);
        }
        return request;
    }

    private static CertificateRequest checked(PKCS10CertificationRequest request) throws Fault, IOException {
        PublicKey key = publicKey(request.getSubjectPublicKeyInfo());
        verify(request, key);
        return new CertificateRequest(key, commonName(request.getSubject()), challengePassword(request));
    }

    private static PublicKey publicKey(SubjectPublicKeyInfo info) throws Fault, IOException {
        RequestFault fault = KeyStrength.fault(info);
        if (fault != null) {
            throw new Fault(fault);
        }
        boolean rsa =
                PKCSObjectIdentifiers.rsaEncryption.equals(info.getAlgorithm().getAlgorithm());
        try {
            return KeyFactory.getInstance(rsa ? "RSA" : "EC").generatePublic(new X509EncodedKeySpec(info.getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new Fault(RequestFault.KEY_TYPE);
        }
    }

    private static void verify(PKCS10CertificationRequest request, PublicKey key) throws Fault, IOException {
        String algorithm = ALGORITHMS.get(request.getSignatureAlgorithm().getAlgorithm());
        if (algorithm == null || algorithm.endsWith("RSA") != key.getAlgorithm().equals("RSA")) {
            throw new Fault(RequestFault.SIGNATURE_ALGORITHM);
        }
        if (!algorithm.endsWith("RSA") && !EcdsaValue.isDer(Bytes.of(request.getSignature()))) {
            throw new Fault(RequestFault.SIGNATURE);
        }
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initVerify(key);
            signature.update(
                    request.toASN1Structure().getCertificationRequestInfo().getEncoded());
            if (!signature.verify(request.getSignature())) {
                throw new Fault(RequestFault.SIGNATURE);
            }
        } catch (GeneralSecurityException e) {
            throw new Fault(RequestFault.SIGNATURE);
        }
    }

    private static @Nullable String commonName(X500Name subject) throws Fault {
        RDN[] names = subject.getRDNs();
        if (names.length == 0) {
            return null;
        }
        if (names.length > 1
                || names[0].isMultiValued()
                || !BCStyle.CN.equals(names[0].getFirst().getType())) {
            throw new Fault(RequestFault.NAME);
        }
        if (!(names[0].getFirst().getValue() instanceof ASN1String text) || !PeerName.isValid(text.getString())) {
            throw new Fault(RequestFault.NAME);
        }
        return text.getString();
    }

    private static @Nullable String challengePassword(PKCS10CertificationRequest request) throws Fault {
        Attribute[] attributes = request.getAttributes(PKCSObjectIdentifiers.pkcs_9_at_challengePassword);
        if (attributes.length == 0) {
            return null;
        }
        if (attributes.length > 1
                || attributes[0].getAttributeValues().length != 1
                || !(attributes[0].getAttributeValues()[0] instanceof ASN1String text)
                || text.getString().length() > CHALLENGE_MAX) {
            throw new Fault(RequestFault.MALFORMED);
        }
        return text.getString();
    }

    private static final class Fault extends Exception {

        private final RequestFault fault;

        Fault(RequestFault fault) {
            super(fault.code(), null, false, false);
            this.fault = fault;
        }
    }
}
