package dev.waxwing.evidence;

import dev.waxwing.evidence.ClassicManifest.ContentSignature;
import dev.waxwing.media.SafeName;
import java.security.cert.X509Certificate;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The page in an evidence bundle of classic that says what it proves, what it does not, and how OpenSSL checks it. */
final class ClassicReadme {

    private static final Pattern PLACE = Pattern.compile("@[A-Z]+@");

    private ClassicReadme() {}

    static String text(ClassicManifest manifest, Receipt receipt, X509Certificate root) {
        boolean signed = manifest.signature() == ContentSignature.RSA_PSS;
        String page = TEXT.replace("@PROOF@", signed ? SIGNED : UNSIGNED)
                .replace("@SIGNATURE-FILE@", signed ? SIGNATURE_FILE : "")
                .replace("@SIGNATURE-CHECK@", signed ? SIGNATURE_CHECK : NO_SIGNATURE_CHECK);
        Map<String, String> values = Map.of(
                "@DEVICE@", manifest.device().value(),
                "@SHOWN@", SafeName.forDisplay(manifest.name()),
                "@CONTENT@", BundleEntry.CONTENT + EvidenceBundle.contentName(manifest),
                "@SIZE@", Long.toString(manifest.size()),
                "@ACCEPTED@", Members.text(receipt.acceptedAt()),
                "@EPOCH@", Long.toString(receipt.acceptedAt().getEpochSecond()),
                "@FINGERPRINT@", BundleReadme.fingerprint(root));
        // In one pass: a name may look like a place.
        return PLACE.matcher(page)
                .replaceAll(place -> Matcher.quoteReplacement(Objects.requireNonNull(values.get(place.group()))));
    }

    private static final String SIGNED = """
        If every check below succeeds, the holder of the RSA key in device-public-key.pem signed
        the content at some time, for whatever purpose: a classic signature covers the bytes of a
        file and neither its name, nor a time, nor a session. That the key belongs to device
        "@DEVICE@", and when the content came, is the server's word alone.
        """;

    private static final String UNSIGNED = """
        THE DEVICE DID NOT SIGN THIS. Classic has no signature over texts. If every check below
        succeeds, a server says that it received the content over the classic protocol, from
        somebody who showed the certificate of device "@DEVICE@". Who shows that certificate
        does not have to prove that he holds its key. All of it is the server's word.
        """;

    private static final String SIGNATURE_FILE = """
        content.pss             the device's signature over the content (RSASSA-PSS, SHA-256)
        """;

    private static final String SIGNATURE_CHECK = """
        The device's signature. It must print "Verified OK":

               openssl dgst -sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:222 -verify device-public-key.pem -signature content.pss '@CONTENT@'
        """.stripTrailing();

    private static final String NO_SIGNATURE_CHECK = """
        There is no signature by the device. It must print "signature":"none":

               grep -o '"signature":"[^"]*"' manifest.json
        """.stripTrailing();

    private static final String TEXT = """
        EVIDENCE BUNDLE: CLASSIC

        This came over the CLASSIC protocol, which protects little. The device "@DEVICE@" sent
        what it called

            @SHOWN@

        of @SIZE@ bytes. A server accepted it at @ACCEPTED@ and signed a receipt with
        the trust level "classic".

        WHAT THIS PROVES, AND WHAT NOT

        @PROOF@
        The manifest is made by the server, not by the device. Evidence of WXP/2 proves more: there
        the device signs a manifest of its own.

        This page is not signed. Compare its commands with the documentation of the software if
        the bundle comes from somebody you do not trust.

        FILES

        content/                what the device sent, byte for byte; its name here is made safe
        @SIGNATURE-FILE@device-public-key.pem   the device's RSA key, as the server knew it
        manifest.json           what the server says about the content
        receipt.json            what the server says about the manifest
        receipt.p7s             the server's signature over receipt.json (CMS, detached, DER)
        ca.pem                  the root certificate, then the issuing authority
        chain.pem               issuing authority, receipt signer's certificate
        status/ca.crl.der       revocation list of the issuing authority at acceptance

        THE CHECKS

        You need OpenSSL 3.0 or later. Run the commands in the directory that holds this page.
        They write a few .pem files there.

        1. The root. Ask the operator for the SHA-256 fingerprint of the root certificate, over
           another way than the one on which this bundle came. It must be what this prints:

               openssl x509 -in ca.pem -out root.pem
               openssl x509 -in root.pem -noout -fingerprint -sha256

           In this bundle it is

               @FINGERPRINT@

        2. The issuing authority. It must print "issuing.pem: OK":

               openssl x509 -in chain.pem -out issuing.pem
               openssl verify -attime @EPOCH@ -CAfile root.pem issuing.pem
               cat root.pem issuing.pem > authorities.pem

        3. The content. Both commands must print the same 64 digits:

               openssl dgst -sha256 '@CONTENT@'
               grep -o '"sha256":"[0-9a-f]*"' manifest.json

        4. The device's key. Both commands must print the same 64 digits:

               openssl pkey -pubin -in device-public-key.pem -outform DER -out device-public-key.der
               openssl dgst -sha256 device-public-key.der
               grep -o '"deviceKeySha256":"[0-9a-f]*"' manifest.json

        5. @SIGNATURE-CHECK@

        6. The receipt's signature. It must print "CMS Verification successful":

               openssl cms -verify -binary -inform DER -in receipt.p7s -content receipt.json -CAfile authorities.pem -certfile chain.pem -purpose any -attime @EPOCH@ -signer receipt-signer.pem -out /dev/null

        7. Its signer. It must print one extended key usage, critical:
           2.25.108256188094313841353406873155001380261.3 (receipt signer):

               openssl x509 -in receipt-signer.pem -noout -subject -ext subjectAltName,extendedKeyUsage

        8. The receipt is about this manifest, its trust level is classic, and its time is the one
           in these commands. The first two must print the same 64 digits, the third
           "trustLevel":"classic", the fourth @ACCEPTED@:

               openssl dgst -sha256 manifest.json
               grep -o '"manifestSha256":"[0-9a-f]*"' receipt.json
               grep -o '"trustLevel":"[^"]*"' receipt.json
               grep -o '"acceptedAt":"[^"]*"' receipt.json

        9. The revocation list at acceptance. It must print "receipt-signer.pem: OK":

               openssl crl -inform DER -in status/ca.crl.der -out ca.crl.pem
               openssl verify -purpose any -attime @EPOCH@ -CAfile root.pem -untrusted issuing.pem -crl_check -CRLfile ca.crl.pem receipt-signer.pem
        """;
}
