package dev.waxwing.ca.web;

import dev.waxwing.ca.authority.CertificateAuthority;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.Date;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** The JDK's path validation with a running responder. */
final class JdkJudge {

    private final RunningAuthority server;

    JdkJudge(RunningAuthority server) {
        this.server = server;
    }

    void validate(X509Certificate certificate) throws GeneralSecurityException {
        CertificateAuthority authority = server.bean(CertificateAuthority.class);
        var checker =
                (PKIXRevocationChecker) CertPathValidator.getInstance("PKIX").getRevocationChecker();
        checker.setOptions(
                EnumSet.of(PKIXRevocationChecker.Option.ONLY_END_ENTITY, PKIXRevocationChecker.Option.NO_FALLBACK));
        checker.setOcspResponder(server.uri("/pki/ocsp"));
        PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(authority.rootCertificate(), null)));
        parameters.setRevocationEnabled(false);
        // The JDK takes a revocation in the second of the check for one that is yet to come.
        parameters.setDate(new Date(System.currentTimeMillis() + 1_000));
        parameters.addCertPathChecker(checker);
        CertPathValidator.getInstance("PKIX")
                .validate(
                        CertificateFactory.getInstance("X.509")
                                .generateCertPath(List.of(certificate, authority.issuingCertificate())),
                        parameters);
    }

    String refusal(X509Certificate certificate) {
        try {
            validate(certificate);
        } catch (GeneralSecurityException e) {
            return String.valueOf(e.getMessage());
        }
        throw new AssertionError("accepted");
    }
}
