package dev.waxwing.server.classic;

import dev.waxwing.channel.SourcePrefix;
import dev.waxwing.classic.ClassicCertificate;
import dev.waxwing.classic.ClassicGate;
import dev.waxwing.server.classic.ClassicRefusalException.Reason;
import dev.waxwing.trust.PeerName;
import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Decides about the device of one handshake by the operator's list, and remembers why it refused. Owned by one thread. */
final class Gate implements ClassicGate {

    private final ClassicDevices devices;
    private final ClassicNonces nonces;
    private final ClassicPermits permits;
    private final ClassicPace pace;
    private final SourcePrefix source;
    private @Nullable Reason refusal;
    private @Nullable String listedName;

    Gate(ClassicDevices devices, ClassicNonces nonces, ClassicPermits permits, ClassicPace pace, SourcePrefix source) {
        this.devices = devices;
        this.nonces = nonces;
        this.permits = permits;
        this.pace = pace;
        this.source = source;
    }

    @Override
    public void admit(ClassicCertificate certificate, Bytes nonce) throws ProtocolException {
        String name = certificate.commonName();
        Optional<ClassicDevice> listed = PeerName.isValid(name) ? devices.find(name) : Optional.empty();
        if (listed.isEmpty()) {
            throw refused(Reason.NOT_LISTED, "a device that is not on the list of classic devices");
        }
        listedName = name;
        ClassicDevice device = listed.get();
        if (!device.publicKey().equals(Bytes.of(certificate.publicKey().getEncoded()))) {
            throw refused(Reason.WRONG_KEY, name + " with another key than the listed one");
        }
        if (device.pinnedAt() != null || devices.hasCompletedWxp2(name)) {
            throw refused(Reason.MOVED_TO_WXP2, name + " has completed WXP/2 and may not come by classic any more");
        }
        if (device.disabledAt() != null) {
            throw refused(Reason.DISABLED, name + " is kept out by an administrator");
        }
        if (!pace.allows(name, source)) {
            throw refused(Reason.TOO_OFTEN, name + " comes too often from here");
        }
        if (!nonces.use(name, nonce.hex())) {
            throw refused(Reason.NONCE_REPLAYED, name + " with a nonce that it has used before");
        }
    }

    private ProtocolException refused(Reason reason, String detail) {
        refusal = reason;
        return new ProtocolException(AlertCode.AUTH_FAILED, detail);
    }

    /** Why the device was not let in; nothing if that was not for here to decide. */
    Optional<Reason> refusal() {
        return Optional.ofNullable(refusal);
    }

    /** The name in its certificate; nothing as long as it is not known to be on the list. */
    Optional<String> listedName() {
        return Optional.ofNullable(listedName);
    }

    @Override
    public Permit privateKey() throws IOException {
        return permits.acquire();
    }
}
