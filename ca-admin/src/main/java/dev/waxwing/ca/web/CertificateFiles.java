package dev.waxwing.ca.web;

import dev.waxwing.ca.authority.CertificateAuthority;
import dev.waxwing.ca.authority.Pem;
import dev.waxwing.ca.inventory.CertificateEntry;
import dev.waxwing.ca.inventory.Inventory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.List;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cms.CMSAbsentContent;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Component;

/** Certificates in the forms that programs take, as downloads for the REST interface and for the console. Any thread may call. */
@Component
public final class CertificateFiles {

    /** One certificate in PEM. */
    public static final String PEM = "application/x-pem-file";

    /** A certificate and its issuer in PEM (RFC 8555 section 9.1). */
    public static final String CHAIN = "application/pem-certificate-chain";

    /** One certificate in DER (RFC 2585 section 4.1). */
    public static final String DER = "application/pkix-cert";

    /** A certificate and its issuer in a CMS structure without content and signers (RFC 8551 section 3.8). */
    public static final String PKCS7 = "application/pkcs7-mime";

    private final Inventory inventory;
    private final CertificateAuthority authority;

    CertificateFiles(Inventory inventory, CertificateAuthority authority) {
        this.inventory = inventory;
        this.authority = authority;
    }

    /** The certificate itself. */
    public X509Certificate certificate(CertificateEntry entry) {
        return inventory.certificate(entry.serialNumber()).orElseThrow();
    }

    /** The certificate and its issuer; the root is at {@code /pki/ca.pem}. */
    public List<X509Certificate> chain(CertificateEntry entry) {
        return authority.chainOf(certificate(entry));
    }

    /** One certificate in PEM. */
    public ResponseEntity<byte[]> pem(CertificateEntry entry) {
        return file(
                entry.name() + ".pem",
                PEM,
                ascii(Pem.certificate(certificate(entry)).toString()));
    }

    /** Certificate and issuer in PEM. */
    public ResponseEntity<byte[]> chainPem(CertificateEntry entry) {
        return file(entry.name() + "-chain.pem", CHAIN, ascii(Pem.certificates(chain(entry))));
    }

    /** One certificate in DER. */
    public ResponseEntity<byte[]> der(CertificateEntry entry) {
        try {
            return file(entry.name() + ".crt", DER, certificate(entry).getEncoded());
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a parsed certificate always has its encoding", e);
        }
    }

    /** Certificate and issuer in PKCS#7, DER. */
    public ResponseEntity<byte[]> pkcs7(CertificateEntry entry) {
        try {
            CMSSignedDataGenerator generator = new CMSSignedDataGenerator();
            generator.addCertificates(new JcaCertStore(chain(entry)));
            byte[] der = generator.generate(new CMSAbsentContent()).getEncoded("DER");
            return file(entry.name() + ".p7c", PKCS7 + "; smime-type=certs-only", der);
        } catch (CMSException | CertificateEncodingException | IOException e) {
            throw new IllegalStateException("certificates can always be put side by side", e);
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static ResponseEntity<byte[]> file(String name, String mediaType, byte[] content) {
        return ResponseEntity.ok()
                .contentType(MediaType.parseMediaType(mediaType))
                .header(
                        HttpHeaders.CONTENT_DISPOSITION,
                        ContentDisposition.attachment().filename(name).build().toString())
                .body(content);
    }
}
