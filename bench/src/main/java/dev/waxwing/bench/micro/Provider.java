package dev.waxwing.bench.micro;

import dev.waxwing.crypto.CryptoProvider;

/** Whose cryptography a benchmark uses. */
public enum Provider {
    CONSCRYPT,
    JDK;

    CryptoProvider crypto() {
        return switch (this) {
            case CONSCRYPT ->
                CryptoProvider.conscrypt()
                        .orElseThrow(() -> new IllegalStateException("Conscrypt does not load on this machine"));
            case JDK -> CryptoProvider.jdk();
        };
    }
}
