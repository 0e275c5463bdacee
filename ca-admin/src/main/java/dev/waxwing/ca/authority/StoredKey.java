package dev.waxwing.ca.authority;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one key file holds: a certificate with its chain, and its private key unless that was taken away.
 */
public final class StoredKey {

    private final @Nullable PrivateKey privateKey;
    private final List<X509Certificate> chain;

    StoredKey(@Nullable PrivateKey privateKey, List<X509Certificate> chain) {
        this.privateKey = privateKey;
        this.chain = List.copyOf(chain);
    }

    /** The private key, or null when the file holds certificates only. */
    public @Nullable PrivateKey privateKey() {
        return privateKey;
    }

    /** The certificates, that of the key first. */
    public List<X509Certificate> chain() {
        return chain;
    }

    /** The certificate of the key. */
    public X509Certificate certificate() {
        return chain.getFirst();
    }

    @Override
    public String toString() {
        return "StoredKey[" + certificate().getSubjectX500Principal() + "]";
    }
}
