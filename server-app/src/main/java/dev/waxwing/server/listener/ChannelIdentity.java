package dev.waxwing.server.listener;

import dev.waxwing.ca.authority.CertificateAuthority;
import dev.waxwing.ca.issuance.RoleCredentials;
import dev.waxwing.ca.revocation.OcspResponder;
import dev.waxwing.channel.ServerIdentity;
import dev.waxwing.trust.Credential;
import dev.waxwing.wire.Bytes;
import java.security.cert.X509Certificate;
import java.util.function.Supplier;

/**
 * The server's credential as the authority keeps it, with a fresh word on its status.
 *
 * @param newestRootList what devices are to learn of revoked authorities
 */
record ChannelIdentity(
        CertificateAuthority authority,
        RoleCredentials credentials,
        OcspResponder responder,
        Supplier<Bytes> newestRootList)
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

    @Override
    public Bytes rootList() {
        return newestRootList.get();
    }
}
