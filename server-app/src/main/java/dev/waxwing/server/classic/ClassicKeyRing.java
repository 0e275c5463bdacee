package dev.waxwing.server.classic;

import dev.waxwing.ca.authority.KeyStorage;
import dev.waxwing.classic.ClassicCertificate;
import dev.waxwing.classic.ClassicCredential;
import dev.waxwing.classic.ClassicKeys;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.RSAPublicKeySpec;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * The classic authority's key and the server's, made when they are first needed and kept with the server's other keys. They serve
 * nothing else: WXP/2 takes X.509 certificates of its own root only. Any thread may call.
 */
@Component
final class ClassicKeyRing {

    private static final String AUTHORITY = "classic-ca";
    private static final String SERVER = "classic-server";

    /** In the certificate that an original device is shown. It does not look at the name. */
    private static final String SERVER_NAME = "server";

    private final KeyStorage keys;
    private final SecureRandom random;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Ring ring;

    ClassicKeyRing(KeyStorage keys, SecureRandom random) {
        this.keys = keys;
        this.random = random;
    }

    /** Whose signature makes a device's certificate. */
    RSAPublicKey authority() {
        return ring().authority();
    }

    /** The server's certificate and key. */
    ClassicCredential server() {
        return ring().server();
    }

    /** Issues a certificate. */
    ClassicCertificate issue(String name, RSAPublicKey key) {
        Ring now = ring();
        return ClassicCertificate.issue(name, key, now.authorityKey());
    }

    private Ring ring() {
        lock.lock();
        try {
            Ring loaded = ring;
            if (loaded == null) {
                loaded = load();
                ring = loaded;
            }
            return loaded;
        } finally {
            lock.unlock();
        }
    }

    private Ring load() {
        RSAPrivateCrtKey authority = loadOrMake(AUTHORITY);
        RSAPrivateCrtKey server = loadOrMake(SERVER);
        RSAPublicKey serverKey = publicKey(server);
        ClassicCertificate certificate = ClassicCertificate.issue(SERVER_NAME, serverKey, authority);
        return new Ring(publicKey(authority), authority, new ClassicCredential(certificate, server));
    }

    private RSAPrivateCrtKey loadOrMake(String name) {
        PrivateKey key = keys.loadBare(name).orElseGet(() -> {
            KeyPair made = ClassicKeys.generate(random);
            keys.storeBare(name, made.getPrivate());
            return made.getPrivate();
        });
        if (key instanceof RSAPrivateCrtKey rsa) {
            return rsa;
        }
        throw new IllegalStateException("the key " + name + " is not RSA");
    }

    private static RSAPublicKey publicKey(RSAPrivateCrtKey key) {
        try {
            var numbers = new RSAPublicKeySpec(key.getModulus(), key.getPublicExponent());
            return (RSAPublicKey) KeyFactory.getInstance("RSA").generatePublic(numbers);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has RSA", e);
        }
    }

    private record Ring(RSAPublicKey authority, RSAPrivateCrtKey authorityKey, ClassicCredential server) {

        @Override
        public String toString() {
            return "Ring";
        }
    }
}
