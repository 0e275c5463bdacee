package dev.waxwing.ca;

import java.io.ByteArrayInputStream;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertStore;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.Date;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The JDK's own RFC 5280 path validation as a judge. */
public final class PkixCheck {

    private final TestDeployment deployment;

    private PkixCheck(TestDeployment deployment) {
        this.deployment = deployment;
    }

    public static PkixCheck of(TestDeployment deployment) {
        return new PkixCheck(deployment);
    }

    public void withoutRevocation(X509Certificate leaf) throws GeneralSecurityException {
        PKIXParameters parameters = parameters();
        parameters.setRevocationEnabled(false);
        validate(leaf, parameters);
    }

    /** Against the issuer's revocation list and the root's, as they are published now. */
    public void withLists(X509Certificate leaf) throws GeneralSecurityException {
        PKIXParameters parameters = parameters();
        parameters.setRevocationEnabled(true);
        parameters.addCertStore(CertStore.getInstance(
                "Collection",
                new CollectionCertStoreParameters(List.of(
                        crl(deployment
                                .lists
                                .of(deployment.authority.issuerOf(leaf).id())
                                .orElseThrow()
                                .der()),
                        crl(deployment.lists.root().der())))));
        validate(leaf, parameters);
    }

    /** With an OCSP answer that came along. */
    public void withStaple(X509Certificate leaf, byte[] staple) throws GeneralSecurityException {
        PKIXRevocationChecker checker = leafOnly();
        checker.setOcspResponses(Map.of(leaf, staple));
        // Nothing listens there: only the staple can satisfy the check.
        checker.setOcspResponder(URI.create("http://127.0.0.1:1/"));
        check(leaf, checker);
    }

    private static PKIXRevocationChecker leafOnly() throws GeneralSecurityException {
        var checker =
                (PKIXRevocationChecker) CertPathValidator.getInstance("PKIX").getRevocationChecker();
        checker.setOptions(
                EnumSet.of(PKIXRevocationChecker.Option.ONLY_END_ENTITY, PKIXRevocationChecker.Option.NO_FALLBACK));
        return checker;
    }

    private void check(X509Certificate leaf, PKIXRevocationChecker checker) throws GeneralSecurityException {
        PKIXParameters parameters = parameters();
        parameters.setRevocationEnabled(false);
        parameters.addCertPathChecker(checker);
        validate(leaf, parameters);
    }

    private PKIXParameters parameters() throws GeneralSecurityException {
        Set<TrustAnchor> anchors = new HashSet<>();
        anchors.add(new TrustAnchor(deployment.authority.rootCertificate(), null));
        PKIXParameters parameters = new PKIXParameters(anchors);
        parameters.setDate(Date.from(deployment.clock.instant()));
        return parameters;
    }

    private void validate(X509Certificate leaf, PKIXParameters parameters) throws GeneralSecurityException {
        CertPath path = CertificateFactory.getInstance("X.509")
                .generateCertPath(
                        List.of(leaf, deployment.authority.issuerOf(leaf).certificate()));
        CertPathValidator.getInstance("PKIX").validate(path, parameters);
    }

    public static X509CRL crl(byte[] der) throws GeneralSecurityException {
        return (X509CRL) CertificateFactory.getInstance("X.509").generateCRL(new ByteArrayInputStream(der));
    }
}
