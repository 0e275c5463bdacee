package dev.waxwing.ca;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import java.util.HexFormat;
import org.bouncycastle.asn1.DERPrintableString;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/** Certificate requests as devices make them. */
public final class TestRequests {

    private TestRequests() {}

    public static KeyPair p256() {
        return ec("secp256r1");
    }

    public static KeyPair ec(String curve) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec(curve));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    public static KeyPair rsa(int bits) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(bits);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    public static byte[] request(String subject, KeyPair pair) {
        return encoded(builder(subject, pair), pair);
    }

    /** With alternative names that nobody should get. */
    public static byte[] requestWithAlternativeName(String subject, KeyPair pair) {
        try {
            ExtensionsGenerator extensions = new ExtensionsGenerator();
            extensions.addExtension(
                    Extension.subjectAlternativeName,
                    false,
                    new GeneralNames(new GeneralName(GeneralName.dNSName, "bank.example")));
            var builder = builder(subject, pair);
            builder.addAttribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, extensions.generate());
            return encoded(builder, pair);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** As a device sends it in an enrolment session. */
    public static byte[] enrolment(String subject, KeyPair pair, byte[] sessionId) {
        return challenge(subject, pair, HexFormat.of().formatHex(sessionId));
    }

    public static byte[] challenge(String subject, KeyPair pair, String password) {
        var builder = builder(subject, pair);
        builder.addAttribute(PKCSObjectIdentifiers.pkcs_9_at_challengePassword, new DERPrintableString(password));
        return encoded(builder, pair);
    }

    private static JcaPKCS10CertificationRequestBuilder builder(String subject, KeyPair pair) {
        X500Name name = subject.isEmpty() ? new X500Name(new RDN[0]) : new X500Name(subject);
        return new JcaPKCS10CertificationRequestBuilder(name, pair.getPublic());
    }

    private static byte[] encoded(JcaPKCS10CertificationRequestBuilder builder, KeyPair pair) {
        String algorithm = pair.getPrivate().getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA";
        try {
            PKCS10CertificationRequest request =
                    builder.build(new JcaContentSignerBuilder(algorithm).build(pair.getPrivate()));
            return request.getEncoded();
        } catch (OperatorCreationException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    public static String pem(byte[] der) {
        return "-----BEGIN CERTIFICATE REQUEST-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
                + "\n-----END CERTIFICATE REQUEST-----\n";
    }
}
