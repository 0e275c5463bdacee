package dev.waxwing.fuzz;

import dev.waxwing.trust.Certificates;
import dev.waxwing.trust.Credential;
import dev.waxwing.trust.TestPki;
import dev.waxwing.trust.TrustedRoot;
import dev.waxwing.trust.UntrustedException;
import dev.waxwing.vectors.VectorFile;
import dev.waxwing.wire.Bytes;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.List;

/** The certificate authority under which all seeds stand. Its keys are public: nothing else may ever trust it. */
public final class Authority {

    private static final VectorFile FILE = VectorFile.read("fuzz-authority.txt");

    public static final Credential ISSUING = credential("issuing", List.of("issuing"));
    public static final Credential SERVER = credential("server", List.of("server", "issuing"));
    public static final Credential DEVICE = credential("device", List.of("device", "issuing"));
    public static final Credential RECEIPTS = credential("receipts", List.of("receipts", "issuing"));
    public static final Credential RESPONDER = credential("responder", List.of("responder"));
    public static final TrustedRoot ROOT = root();

    private Authority() {}

    /** Makes more certificates and responses under the same issuing authority. */
    public static TestPki pki() {
        return TestPki.of(ROOT.certificate(), ISSUING);
    }

    /** An ECDSA P-256 signature with SHA-256, in DER. */
    public static Bytes sign(Credential signer, byte[] content) {
        try {
            Signature engine = Signature.getInstance("SHA256withECDSA");
            engine.initSign(signer.privateKey());
            engine.update(content);
            return Bytes.of(engine.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static TrustedRoot root() {
        try {
            return TrustedRoot.of(Certificates.parse(FILE.get("root").toArray()));
        } catch (UntrustedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Credential credential(String name, List<String> chain) {
        try {
            return new Credential(
                    KeyFactory.getInstance("EC")
                            .generatePrivate(new PKCS8EncodedKeySpec(
                                    FILE.get(name + ".key").toArray())),
                    Certificates.parseAll(chain.stream().map(FILE::get).toList()));
        } catch (GeneralSecurityException | UntrustedException e) {
            throw new IllegalStateException(e);
        }
    }
}
