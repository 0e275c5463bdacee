package dev.waxwing.evidence;

import dev.waxwing.evidence.ClassicManifest.ContentSignature;
import dev.waxwing.media.ItemId;
import dev.waxwing.trust.Credential;
import dev.waxwing.trust.PeerName;
import dev.waxwing.trust.Role;
import dev.waxwing.trust.TestPki;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.SessionId;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.List;
import java.util.Optional;

/** An accepted transfer of a classic device for tests; a test changes what it wants to be wrong and then builds the evidence. */
final class TestClassicEvidence {

    final TestPki pki = TestPki.create();
    Credential receiptSigner = pki.issue(Role.RECEIPT, "receipts");
    KeyPair device = TestPki.rsa(2048);
    Bytes content = Bytes.of("not really a picture".getBytes(StandardCharsets.UTF_8));
    ContentSignature kind = ContentSignature.RSA_PSS;
    Optional<Bytes> signature = Optional.of(pss(device, content));
    TrustLevel level = TrustLevel.CLASSIC;
    String name = "../Tür 7 '@EPOCH@'.jpg";

    ClassicManifest manifest() {
        return new ClassicManifest(
                new PeerName("old-camera"),
                Sha256.of(Bytes.of(device.getPublic().getEncoded())),
                ItemId.parse("00112233445566778899aabbccddeeff"),
                name,
                "image/jpeg",
                content.size(),
                Sha256.of(content),
                kind,
                TestEvidence.ACCEPTED.minusMillis(7));
    }

    ClassicEvidence evidence() {
        Bytes manifest = manifest().encode();
        Bytes receipt = new Receipt(
                        TestEvidence.ACCEPTED,
                        Manifest.sha256(manifest),
                        Bytes.fromHex("ffeeddccbbaa99887766554433221100"),
                        new SessionId(Bytes.fromHex("0123456789abcdef0123456789abcdef")),
                        level)
                .encode();
        return new ClassicEvidence(
                manifest,
                signature,
                Bytes.of(device.getPublic().getEncoded()),
                receipt,
                DetachedSignature.sign(receipt, receiptSigner),
                pki.rootCertificate(),
                List.of(pki.issuingCertificate()),
                receiptSigner.certificate(),
                pki.crl(List.of()));
    }

    Path write(Path directory) throws IOException, MalformedEvidenceException {
        Path bundle = Files.createTempFile(directory, "bundle", ".zip");
        try (OutputStream out = Files.newOutputStream(bundle);
                InputStream in = new ByteArrayInputStream(content.toArray())) {
            EvidenceBundle.write(evidence(), in, out);
        }
        return bundle;
    }

    static Bytes pss(KeyPair keys, Bytes content) {
        try {
            Signature engine = Signature.getInstance("RSASSA-PSS");
            engine.setParameter(new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 222, 1));
            engine.initSign(keys.getPrivate());
            engine.update(content.toArray());
            return Bytes.of(engine.sign());
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }
}
