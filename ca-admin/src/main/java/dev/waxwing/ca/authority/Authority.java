package dev.waxwing.ca.authority;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.DefaultSignatureAlgorithmIdentifierFinder;
import org.bouncycastle.operator.RuntimeOperatorException;

/** One certificate authority: its certificate, and the signer behind it. Immutable. */
public final class Authority {

    private final AuthorityId id;
    private final X509Certificate certificate;
    private final AuthoritySigner signer;

    Authority(X509Certificate certificate, AuthoritySigner signer) {
        this.id = AuthorityId.of(certificate);
        this.certificate = certificate;
        this.signer = signer;
    }

    /** The authority's identifier: the last word of its name. */
    public AuthorityId id() {
        return id;
    }

    /** The authority's own certificate. */
    public X509Certificate certificate() {
        return certificate;
    }

    /** A signer for one structure; not to be used twice or by two threads. */
    public ContentSigner contentSigner() {
        return new Content(signer);
    }

    /** The identifier of what {@link #contentSigner} makes. */
    public AlgorithmIdentifier algorithmIdentifier() {
        return identifier(signer);
    }

    private static AlgorithmIdentifier identifier(AuthoritySigner signer) {
        return new DefaultSignatureAlgorithmIdentifierFinder().find(signer.algorithm());
    }

    static ContentSigner contentSigner(AuthoritySigner signer) {
        return new Content(signer);
    }

    private static final class Content implements ContentSigner {

        private final AuthoritySigner signer;
        private final ByteArrayOutputStream content = new ByteArrayOutputStream();

        Content(AuthoritySigner signer) {
            this.signer = signer;
        }

        @Override
        public AlgorithmIdentifier getAlgorithmIdentifier() {
            return identifier(signer);
        }

        @Override
        public OutputStream getOutputStream() {
            return content;
        }

        @Override
        public byte[] getSignature() {
            try {
                return signer.sign(content.toByteArray());
            } catch (GeneralSecurityException e) {
                throw new RuntimeOperatorException("the authority's key cannot sign", e);
            }
        }
    }
}
