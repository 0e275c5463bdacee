package dev.waxwing.ca.enrollment;

import dev.waxwing.ca.authority.CertificateAuthority;
import java.security.cert.X509Certificate;
import java.util.List;

/** The certificates that go to a device with one of its own. */
record IssuerChain(CertificateAuthority authority) {

    /** The certificate and its issuer, for a device that knows the root. */
    List<X509Certificate> of(X509Certificate certificate) {
        return List.of(certificate, authority.issuerOf(certificate).certificate());
    }

    /** The same and the root. */
    List<X509Certificate> withRoot(X509Certificate certificate) {
        return List.of(certificate, authority.issuerOf(certificate).certificate(), authority.rootCertificate());
    }
}
