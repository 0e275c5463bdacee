package dev.waxwing.evidence;

import dev.waxwing.media.SafeName;
import dev.waxwing.trust.Certificates;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.Locale;

/** The page in an evidence bundle that says what it proves and how to check it with nothing but OpenSSL. */
final class BundleReadme {

    private BundleReadme() {}

    static String text(Manifest manifest, Receipt receipt, Evidence evidence) {
        boolean oneIssuer = evidence.receiptRevocationList().isEmpty();
        return TEXT.replace("@FILES@", oneIssuer ? FILES_OF_ONE_ISSUER : FILES_OF_TWO_ISSUERS)
                .replace("@ISSUERS@", oneIssuer ? ONE_ISSUER : TWO_ISSUERS)
                .replace("@LISTS@", oneIssuer ? LIST_OF_ONE_ISSUER : LISTS_OF_TWO_ISSUERS)
                .replace("@DEVICE@", manifest.device().value())
                .replace("@SHOWN@", SafeName.forDisplay(manifest.name()))
                .replace("@CONTENT@", BundleEntry.CONTENT + EvidenceBundle.contentName(manifest))
                .replace("@SIZE@", Long.toString(manifest.size()))
                .replace("@ACCEPTED@", Members.text(receipt.acceptedAt()))
                .replace("@EPOCH@", Long.toString(receipt.acceptedAt().getEpochSecond()))
                .replace("@FINGERPRINT@", fingerprint(evidence.root()));
    }

    /** The root's SHA-256 fingerprint as OpenSSL writes it. */
    static String fingerprint(X509Certificate root) {
        return HexFormat.ofDelimiter(":")
                .formatHex(Sha256.of(Certificates.encode(root)).toArray())
                .toUpperCase(Locale.ROOT);
    }

    private static final String FILES_OF_ONE_ISSUER = """
        ca.pem                  the root certificate, then the issuing authority
        chain.pem               issuing authority, device certificate, receipt signer's certificate
        status/device.ocsp.der  status of the device's certificate at acceptance (OCSP response)
        status/ca.crl.der       revocation list of the issuing authority at acceptance
        """;

    private static final String FILES_OF_TWO_ISSUERS = """
        ca.pem                  the root certificate, then the issuing authorities
        chain.pem               issuing authority of the device, that of the receipt signer, device
                                certificate, receipt signer's certificate
        status/device.ocsp.der  status of the device's certificate at acceptance (OCSP response)
        status/ca.crl.der       revocation list of the device's issuing authority at acceptance
        status/receipt-ca.crl.der
                                revocation list of the receipt signer's issuing authority at
                                acceptance
        """;

    private static final String ONE_ISSUER = """
        2. The issuing authority. It must print "issuing.pem: OK":

               openssl x509 -in chain.pem -out issuing.pem
               openssl verify -attime @EPOCH@ -CAfile root.pem issuing.pem
               cat root.pem issuing.pem > authorities.pem
        """;

    private static final String TWO_ISSUERS = """
        2. The issuing authorities: the device's, and the receipt signer's, which is another. It must
           print "issuing.pem: OK" and "receipt-issuing.pem: OK":

               openssl x509 -in chain.pem -out issuing.pem
               awk '/BEGIN CERTIFICATE/ {n++} n == 2' chain.pem > receipt-issuing.pem
               openssl verify -attime @EPOCH@ -CAfile root.pem issuing.pem receipt-issuing.pem
               cat root.pem issuing.pem receipt-issuing.pem > authorities.pem
        """;

    private static final String LIST_OF_ONE_ISSUER = """
        10. The revocation list at acceptance. It must print "device.pem: OK" and
            "receipt-signer.pem: OK":

               openssl crl -inform DER -in status/ca.crl.der -out ca.crl.pem
               openssl verify -purpose any -attime @EPOCH@ -CAfile root.pem -untrusted issuing.pem -crl_check -CRLfile ca.crl.pem device.pem receipt-signer.pem
        """;

    private static final String LISTS_OF_TWO_ISSUERS = """
        10. The revocation lists at acceptance. It must print "device.pem: OK" and
            "receipt-signer.pem: OK":

               openssl crl -inform DER -in status/ca.crl.der -out ca.crl.pem
               openssl verify -purpose any -attime @EPOCH@ -CAfile root.pem -untrusted issuing.pem -crl_check -CRLfile ca.crl.pem device.pem
               openssl crl -inform DER -in status/receipt-ca.crl.der -out receipt-ca.crl.pem
               openssl verify -purpose any -attime @EPOCH@ -CAfile root.pem -untrusted receipt-issuing.pem -crl_check -CRLfile receipt-ca.crl.pem receipt-signer.pem
        """;

    private static final String TEXT = """
        EVIDENCE BUNDLE

        The device "@DEVICE@" offered a file that it called

            @SHOWN@

        of @SIZE@ bytes. It signed a manifest of it. A server accepted it at @ACCEPTED@
        and signed a receipt.

        WHAT THIS PROVES, AND WHAT NOT

        If every check below succeeds, the holder of the key of device "@DEVICE@" signed the
        manifest, the content is unchanged since, and the server confirmed that it accepted it. It
        does not prove that what a picture shows is true. The time of acceptance is the server's
        word, the time of capture ("capturedAt" in manifest.json) is the device's word.

        This page is not signed. Compare its commands with the documentation of the software if
        the bundle comes from somebody you do not trust.

        FILES

        content/                what the device sent, byte for byte; its name here is made safe
        manifest.json           what the device says about the content
        manifest.p7s            the device's signature over manifest.json (CMS, detached, DER)
        receipt.json            what the server says about the manifest
        receipt.p7s             the server's signature over receipt.json (CMS, detached, DER)
        @FILES@
        THE CHECKS

        You need OpenSSL 3.0 or later. Run the commands in the directory that holds this page.
        They write a few .pem files there.

        1. The root. Ask the operator for the SHA-256 fingerprint of the root certificate, over
           another way than the one on which this bundle came. It must be what this prints:

               openssl x509 -in ca.pem -out root.pem
               openssl x509 -in root.pem -noout -fingerprint -sha256

           In this bundle it is

               @FINGERPRINT@

        @ISSUERS@
        3. The content. Both commands must print the same 64 digits:

               openssl dgst -sha256 '@CONTENT@'
               grep -o '"sha256":"[0-9a-f]*"' manifest.json

        4. The manifest's signature. It must print "CMS Verification successful":

               openssl cms -verify -binary -inform DER -in manifest.p7s -content manifest.json -CAfile authorities.pem -certfile chain.pem -purpose any -attime @EPOCH@ -signer device.pem -out /dev/null

        5. Its signer. The first command must print URI:urn:waxwing:device:NAME with the same name
           as "device" in the second, and one extended key usage, critical:
           2.25.108256188094313841353406873155001380261.1 (device):

               openssl x509 -in device.pem -noout -subject -ext subjectAltName,extendedKeyUsage
               grep -o '"device":"[^"]*"' manifest.json

        6. The receipt's signature. It must print "CMS Verification successful":

               openssl cms -verify -binary -inform DER -in receipt.p7s -content receipt.json -CAfile authorities.pem -certfile chain.pem -purpose any -attime @EPOCH@ -signer receipt-signer.pem -out /dev/null

        7. Its signer. It must print one extended key usage, critical:
           2.25.108256188094313841353406873155001380261.3 (receipt signer):

               openssl x509 -in receipt-signer.pem -noout -subject -ext subjectAltName,extendedKeyUsage

        8. The receipt is about this manifest, and its time is the one in these commands. The first
           two must print the same 64 digits, the third @ACCEPTED@:

               openssl dgst -sha256 manifest.json
               grep -o '"manifestSha256":"[0-9a-f]*"' receipt.json
               grep -o '"acceptedAt":"[^"]*"' receipt.json

        9. The status of the device's certificate at acceptance. It must print "Response verify
           OK" and, for device.pem, "good". A warning "Status times invalid" with "status expired"
           only says that the response is of the past: the time of acceptance must lie between its
           "This Update" and "Next Update", give or take five minutes:

               openssl ocsp -respin status/device.ocsp.der -issuer issuing.pem -cert device.pem -CAfile root.pem -verify_other chain.pem -attime @EPOCH@ -no_nonce

        @LISTS@
        A certificate that expired or was revoked after the time of acceptance does not make the
        evidence worse: -attime judges as of then.
        """;
}
