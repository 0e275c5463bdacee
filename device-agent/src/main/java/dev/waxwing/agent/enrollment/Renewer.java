package dev.waxwing.agent.enrollment;

import dev.waxwing.agent.home.AgentFailure;
import dev.waxwing.agent.identity.Identity;
import dev.waxwing.agent.identity.IdentityStore;
import dev.waxwing.agent.identity.IdentityStore.RenewalKey;
import dev.waxwing.trust.Certificates;
import dev.waxwing.trust.PeerVerifier;
import dev.waxwing.trust.RevokedAuthorities;
import dev.waxwing.trust.Role;
import dev.waxwing.trust.UntrustedException;
import dev.waxwing.trust.VerifiedPeer;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.SessionId;
import java.io.IOException;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes the requests of a renewal and keeps what comes of them, each step before the next (protocol section 16.2). One is made for
 * each session. It is used by one thread at a time; the session's lock hands it over.
 */
public final class Renewer {

    private final IdentityStore identities;
    private final Identity current;
    private final RevokedAuthorities revoked;
    private final SecureRandom random;
    private final Clock clock;
    private @Nullable KeyPair pending;

    Renewer(IdentityStore identities, Identity current, RevokedAuthorities revoked, SecureRandom random, Clock clock) {
        this.identities = identities;
        this.current = current;
        this.revoked = revoked;
        this.random = random;
        this.clock = clock;
    }

    /** The identity that is to be renewed. */
    public Identity current() {
        return current;
    }

    /**
     * A request for the pending key, DER, bound to the session. A key that there was not yet is kept before anybody hears of it.
     *
     * @param notices told if the key that was begun with is lost
     */
    public Bytes request(SessionId session, Consumer<String> notices) throws IOException, AgentFailure {
        KeyPair keys = switch (identities.renewalKey(current)) {
            case RenewalKey.Kept(KeyPair begun) -> begun;
            case RenewalKey.None() -> freshKeys();
            case RenewalKey.SetAside(AgentFailure why, Path copy) -> {
                notices.accept("%s; it was set aside as %s, and the certificate is renewed with another key"
                        .formatted(why.description(), copy.getFileName()));
                yield freshKeys();
            }
        };
        pending = keys;
        return DeviceRequest.create(current.name(), keys, session).pkcs10();
    }

    private KeyPair freshKeys() throws IOException, AgentFailure {
        KeyPair keys = DeviceRequest.freshKeys(random);
        identities.saveRenewalKey(current, keys);
        return keys;
    }

    /**
     * Keeps the certificate that the server has made, beside the present one.
     *
     * @throws ProtocolException if it is not one of this device for the pending key under its root; nothing has changed then
     */
    public Identity accept(List<Bytes> chain) throws IOException, AgentFailure, ProtocolException {
        KeyPair keys = pending;
        if (keys == null) {
            throw ProtocolException.malformed("a certificate that nobody asked for");
        }
        List<X509Certificate> verified = verify(chain, keys).chain();
        Identity next = new Identity(
                current.name(),
                verified,
                current.roots(),
                current.addresses(),
                clock.instant().truncatedTo(ChronoUnit.SECONDS));
        identities.saveNext(current, next, keys.getPrivate());
        pending = null;
        return next;
    }

    private VerifiedPeer verify(List<Bytes> chain, KeyPair keys) throws ProtocolException {
        try {
            // Its status is not asked for: who has just made it vouches for it.
            VerifiedPeer peer = new PeerVerifier(current.roots(), Role.DEVICE, (_, _, _, _) -> {}, clock)
                    .knowing(revoked)
                    .verify(Certificates.parseAll(chain), Bytes.EMPTY);
            byte[] certified = peer.certificate().getPublicKey().getEncoded();
            if (!peer.name().equals(current.name())
                    || !Arrays.equals(certified, keys.getPublic().getEncoded())) {
                throw ProtocolException.malformed("the new certificate has another name or another key");
            }
            return peer;
        } catch (UntrustedException untrusted) {
            throw ProtocolException.malformed("the new certificate is not to be trusted: " + untrusted.getMessage());
        }
    }

    /** Gives up the pending key: the server has said that it never gets a certificate. */
    public void giveUp() throws IOException {
        pending = null;
        identities.forgetRenewal();
    }
}
