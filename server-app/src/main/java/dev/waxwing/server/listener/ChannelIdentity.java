package dev.waxwing.server.listener;

import dev.waxwing.ca.authority.CertificateAuthority;
import dev.waxwing.ca.issuance.RoleCredentials;
import dev.waxwing.ca.revocation.OcspResponder;
import dev.waxwing.channel.ServerIdentity;
import dev.waxwing.trust.Credential;
import dev.waxwing.wire.Bytes;
import java.security.cert.X509Certificate;

/** The server's credential as the authority keeps it, with a fresh word on its status. */
record ChannelIdentity(CertificateAuthority authority, RoleCredentials credentials, OcspResponder responder)
        implements ServerIdentity {

    @Override
    public Credential credential() {
        return credentials.server();
    }

    @Override
    public Bytes ocspStaple(X509Certificate certificate) {
        return Bytes.of(responder.staple(certificate));
    }

    @Override
    public X509Certificate root() {
        return authority.rootCertificate();
    }
}
