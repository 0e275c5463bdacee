package dev.waxwing.crypto;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Provider;
import java.util.Map;
import java.util.WeakHashMap;

/**
 * Elliptic private keys of other providers in the form of one, made when a key signs for the first time and forgotten with it. Without
 * that, Conscrypt would read the key in for every signature, and multiply the base point to learn its public half.
 *
 * <p>Any thread may call. The lock guards what is remembered.
 */
final class TranslatedKeys {

    private final Provider provider;
    private final Map<PrivateKey, PrivateKey> translated = new WeakHashMap<>();

    TranslatedKeys(Provider provider) {
        this.provider = provider;
    }

    PrivateKey translate(PrivateKey key) throws InvalidKeyException {
        synchronized (translated) {
            PrivateKey own = translated.get(key);
            if (own == null) {
                own = translateNow(key);
                if (own != key) {
                    translated.put(key, own); // A key that is its own translation would never be forgotten.
                }
            }
            return own;
        }
    }

    private PrivateKey translateNow(PrivateKey key) throws InvalidKeyException {
        try {
            return (PrivateKey) KeyFactory.getInstance("EC", provider).translateKey(key);
        } catch (InvalidKeyException e) {
            throw e;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("no elliptic keys from " + provider.getName(), e);
        }
    }
}
