package dev.waxwing.agent.enrollment;

import dev.waxwing.handshake.EnrolmentRequestFactory.EnrolmentRequest;
import dev.waxwing.trust.PeerName;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.SessionId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.DERPrintableString;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/** Makes a device's key, and the PKCS#10 request for it (protocol section 9.2). */
final class DeviceRequest {

    private static final String CURVE = "secp256r1";

    private DeviceRequest() {}

    /** A new ECDSA P-256 key pair. */
    static KeyPair freshKeys(SecureRandom random) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec(CURVE), random);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException unavailable) {
            throw new IllegalStateException("every Java platform has P-256", unavailable);
        }
    }

    /** A request for this name, bound to the session by its challengePassword. */
    static EnrolmentRequest create(PeerName name, KeyPair keys, SessionId session) {
        var builder = new JcaPKCS10CertificationRequestBuilder(new X500Principal("CN=" + name), keys.getPublic());
        builder.addAttribute(
                PKCSObjectIdentifiers.pkcs_9_at_challengePassword, new DERPrintableString(session.toString()));
        try {
            var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate());
            return new EnrolmentRequest(keys, Bytes.of(builder.build(signer).getEncoded()));
        } catch (OperatorCreationException unavailable) {
            throw new IllegalStateException("the key just made cannot sign", unavailable);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }
}
