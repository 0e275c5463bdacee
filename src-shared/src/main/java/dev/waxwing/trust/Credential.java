package dev.waxwing.trust;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/** A private key with the certificate chain that belongs to it, the own certificate first, without the root. */
public final class Credential {

    private final PrivateKey privateKey;
    private final List<X509Certificate> chain;

    /** @throws IllegalArgumentException if the chain is empty or longer than {@value Certificates#MAX_CHAIN} */
    public Credential(PrivateKey privateKey, List<X509Certificate> chain) {
        if (chain.isEmpty() || chain.size() > Certificates.MAX_CHAIN) {
            throw new IllegalArgumentException("a chain of " + chain.size() + " certificates");
        }
        this.privateKey = privateKey;
        this.chain = List.copyOf(chain);
    }

    public PrivateKey privateKey() {
        return privateKey;
    }

    public X509Certificate certificate() {
        return chain.getFirst();
    }

    public List<X509Certificate> chain() {
        return chain;
    }

    /** Names the certificate; the key is never printed. */
    @Override
    public String toString() {
        return "Credential[" + certificate().getSubjectX500Principal().getName() + "]";
    }
}
