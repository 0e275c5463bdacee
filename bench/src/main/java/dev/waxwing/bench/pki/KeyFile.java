package dev.waxwing.bench.pki;

import dev.waxwing.trust.Credential;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * One end's key with its chain, and the root that it believes, as a PKCS#12 file that workers read.
 *
 * @param root trusted; not part of the chain
 */
public record KeyFile(Credential credential, X509Certificate root) {

    private static final char[] PASSWORD = "bench".toCharArray();
    private static final String OWN = "own";
    private static final String ROOT = "root";

    public void write(Path file) throws IOException {
        try (OutputStream out = Files.newOutputStream(file)) {
            store().store(out, PASSWORD);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    public static KeyFile read(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(in, PASSWORD);
            List<X509Certificate> chain = new ArrayList<>();
            for (Certificate certificate : store.getCertificateChain(OWN)) {
                chain.add((X509Certificate) certificate);
            }
            X509Certificate root = (X509Certificate) store.getCertificate(ROOT);
            chain.remove(root);
            return new KeyFile(new Credential((PrivateKey) store.getKey(OWN, PASSWORD), chain), root);
        } catch (GeneralSecurityException e) {
            throw new IOException(file + " is not a key file", e);
        }
    }

    /** For the JDK's TLS, with its own checks of the peer's path. */
    public SSLContext sslContext() {
        try {
            SSLContext context = SSLContext.getInstance("TLSv1.3");
            context.init(keyManagers().getKeyManagers(), trustManagers().getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Who this end is. */
    public KeyManagerFactory keyManagers() {
        try {
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store(), PASSWORD);
            return keys;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whom this end believes. */
    public TrustManagerFactory trustManagers() {
        try {
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            trusted.setCertificateEntry(ROOT, root);
            TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(trusted);
            return trust;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private KeyStore store() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry(
                OWN, credential.privateKey(), PASSWORD, credential.chain().toArray(Certificate[]::new));
        store.setCertificateEntry(ROOT, root);
        return store;
    }
}
