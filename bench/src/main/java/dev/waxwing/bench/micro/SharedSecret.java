package dev.waxwing.bench.micro;

import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.crypto.HybridKeyExchange.DeviceKeys;
import dev.waxwing.crypto.HybridKeyExchange.ServerAnswer;
import dev.waxwing.crypto.Secret;
import dev.waxwing.wire.ProtocolException;
import java.security.SecureRandom;

/** The result of a key exchange, for what comes after it. */
final class SharedSecret {

    private SharedSecret() {}

    static Secret exchange(SecureRandom random) throws ProtocolException {
        try (DeviceKeys device = DeviceKeys.generate(CryptoProvider.best(), random)) {
            return ServerAnswer.to(device.share(), CryptoProvider.best(), random)
                    .shared();
        }
    }
}
