package dev.waxwing.ca.issuance;

import dev.waxwing.trust.PeerName;
import java.security.KeyPair;
import java.security.SecureRandom;

/**
 * Makes keys for those who cannot make their own, has them certified, and hands both over in one file. Of the private key nothing
 * stays here. Any thread may call.
 */
public final class KeyMaker {

    private final Issuance issuance;
    private final SecureRandom random;

    /** Keys from this source of randomness, certified by this authority. */
    public KeyMaker(Issuance issuance, SecureRandom random) {
        this.issuance = issuance;
        this.random = random;
    }

    /**
     * Makes a key and has it certified.
     *
     * @param actor the actor of the audit trail
     */
    public KeyResult make(KeyOrder order, String actor) {
        if (!PeerName.isValid(order.name())) {
            return refused(issuance.refuse(actor, "unknown", RequestFault.DEVICE_NAME));
        }
        String given = order.password();
        if (given != null && !KeyFile.isPassword(given)) {
            return refused(issuance.refuse(actor, order.name(), RequestFault.PASSWORD));
        }
        if (!order.profile().keys().contains(order.kind())) {
            return refused(issuance.refuse(actor, order.name(), RequestFault.KEY_KIND)); // Before the work is done.
        }
        KeyPair pair = order.kind().generate(random);
        var wanted = CertificateOrder.withKeyMadeHere(
                pair.getPublic(), new PeerName(order.name()), order.profile(), order.validity(), actor);
        return switch (issuance.issue(order.replace() ? wanted.replacing() : wanted)) {
            case IssuanceResult.Issued(var issued) -> {
                if (given != null) {
                    var file = KeyFile.of(order.name(), pair.getPrivate(), issued.chain(), given, random);
                    yield new KeyResult.Made(issued, file, null);
                }
                String password = KeyFile.newPassword(random);
                var file = KeyFile.underNewPassword(order.name(), pair.getPrivate(), issued.chain(), password, random);
                yield new KeyResult.Made(issued, file, password);
            }
            case IssuanceResult.Refused refusal -> refused(refusal);
        };
    }

    private static KeyResult.Refused refused(IssuanceResult.Refused refusal) {
        return new KeyResult.Refused(refusal.fault(), refusal.reference());
    }
}
