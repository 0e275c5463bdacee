package dev.waxwing.agent.enrollment;

import dev.waxwing.agent.connection.Dialer;
import dev.waxwing.agent.connection.KeptRevokedAuthorities;
import dev.waxwing.agent.connection.Refusals;
import dev.waxwing.agent.connection.UnreachableException;
import dev.waxwing.agent.home.AgentFailure;
import dev.waxwing.agent.identity.Identity;
import dev.waxwing.agent.identity.IdentityStore;
import dev.waxwing.agent.identity.UnlockedIdentity;
import dev.waxwing.channel.DeviceEndpoint;
import dev.waxwing.channel.EnrolledIdentity;
import dev.waxwing.enrollment.InviteToken;
import java.io.IOException;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who this device is towards its server, and how it stays that (protocol section 16): which identity to connect with, what follows
 * when the server accepts it, and how to come back after the end. Owned by the thread of the command.
 */
public final class Membership {

    private final IdentityStore identities;
    private final DeviceEndpoint endpoint;
    private final Dialer dialer;
    private final KeptRevokedAuthorities revoked;
    private final SecureRandom random;
    private final Clock clock;
    private @Nullable AgentFailure unusable;

    /** @param revoked authorities through which neither a server nor a certificate of this device is believed */
    public Membership(
            IdentityStore identities,
            DeviceEndpoint endpoint,
            Dialer dialer,
            KeptRevokedAuthorities revoked,
            SecureRandom random,
            Clock clock) {
        this.identities = identities;
        this.endpoint = endpoint;
        this.dialer = dialer;
        this.revoked = revoked;
        this.random = random;
        this.clock = clock;
    }

    /** The identities to connect with, best first: the next one, if there is one, and the current; but none that has ended. */
    public List<UnlockedIdentity> candidates() throws IOException, AgentFailure {
        Instant now = clock.instant();
        return all().stream().filter(held -> !held.identity().hasEnded(now)).toList();
    }

    private List<UnlockedIdentity> all() throws IOException, AgentFailure {
        List<UnlockedIdentity> all = new ArrayList<>();
        Identity current = identities.load();
        unlockedNext(current).ifPresent(all::add);
        all.add(new UnlockedIdentity(current, identities.unlock(current)));
        return all;
    }

    /** A next identity that cannot be read is none: the current one may be as good as ever. */
    private Optional<UnlockedIdentity> unlockedNext(Identity current) throws IOException {
        try {
            Optional<Identity> next = identities.next(current);
            return next.isPresent()
                    ? Optional.of(new UnlockedIdentity(next.get(), identities.unlockNext(next.get())))
                    : Optional.empty();
        } catch (AgentFailure failed) {
            unusable = failed;
            return Optional.empty();
        }
    }

    /** Why there is a next identity that is of no use. */
    public Optional<AgentFailure> unusable() {
        return Optional.ofNullable(unusable);
    }

    /**
     * The server has accepted a session with this identity. The next one takes the place of the current; where it was the current
     * one, the server knows no next, and that is forgotten.
     *
     * @return whether the identity is a new one from now on
     */
    public boolean accepted(UnlockedIdentity held) throws IOException, AgentFailure {
        Identity current = identities.load();
        boolean isNext;
        try {
            Optional<Identity> next = identities.next(current);
            if (next.isEmpty()) {
                return false;
            }
            isNext = next.get().certificate().equals(held.identity().certificate());
        } catch (AgentFailure unreadable) {
            isNext = false;
        }
        if (isNext) {
            identities.useNext();
        } else {
            identities.forgetRenewal();
        }
        return isNext;
    }

    /** The current identity. */
    public Identity current() throws IOException, AgentFailure {
        return identities.load();
    }

    /** The chain that this device had before; empty if it had none. */
    public List<X509Certificate> former() throws IOException, AgentFailure {
        return identities.former();
    }

    /** For a session that was opened with this identity. */
    public Renewer renewer(UnlockedIdentity held) {
        return new Renewer(identities, held.identity(), revoked.authorities(), random, clock);
    }

    /**
     * Asks to be let back in, with the key that this device has (protocol section 16.4), and keeps the new certificate in place of
     * the old one.
     *
     * @throws AgentFailure if the server does not let it in; it says what to ask the administrator for
     * @throws UnreachableException if no server answered; a repeat may succeed
     */
    public UnlockedIdentity comeBack() throws IOException, AgentFailure {
        AgentFailure refusal = null;
        for (UnlockedIdentity held : all()) {
            try {
                return comeBack(held);
            } catch (AgentFailure failed) {
                if (!Refusals.isAboutIdentity(failed)) {
                    throw failed;
                }
                refusal = failed;
            }
        }
        throw notLetIn(identities.load(), refusal);
    }

    private UnlockedIdentity comeBack(UnlockedIdentity held) throws IOException, AgentFailure {
        Identity former = held.identity();
        KeyPair keys = new KeyPair(
                former.certificate().getPublicKey(), held.credential().privateKey());
        EnrolledIdentity enrolled = readmitted(former, keys);
        Identity back = new Identity(
                former.name(),
                enrolled.credential().chain(),
                former.roots(),
                former.addresses(),
                clock.instant().truncatedTo(ChronoUnit.SECONDS),
                true);
        identities.save(back, enrolled.credential().privateKey());
        return new UnlockedIdentity(back, enrolled.credential());
    }

    /** What the server shows of revoked authorities is kept in every case. */
    private EnrolledIdentity readmitted(Identity former, KeyPair keys) throws IOException, AgentFailure {
        try {
            return dialer.dial(
                            former.addresses(),
                            socket -> endpoint.enrol(
                                    socket,
                                    former.root().spkiSha256(),
                                    former.name(),
                                    new byte[InviteToken.LENGTH],
                                    session -> DeviceRequest.create(former.name(), keys, session),
                                    _ -> revoked.authorities()))
                    .value();
        } finally {
            revoked.keep();
        }
    }

    private static AgentFailure notLetIn(Identity identity, @Nullable AgentFailure refusal) {
        return new AgentFailure(
                "this device's certificate ended at %s, and the server has not let the device back in"
                        .formatted(identity.notAfter()),
                refusal == null ? null : refusal.reference(),
                toAskFor(identity),
                refusal);
    }

    /** What to do about a refusal of a certificate that has not ended, when asking to be let back in was in vain. */
    public AgentFailure turnedAway(AgentFailure refusal) throws IOException, AgentFailure {
        String reasons = " Usual reasons: the certificate was revoked or is on hold; another one took its place; the"
                + " server was restored from a backup that does not know it. ";
        return new AgentFailure(
                refusal.description(),
                refusal.reference(),
                Objects.requireNonNullElse(refusal.advice(), "") + reasons + toAskFor(identities.load())
                        + " After a restore, or if that is refused, ask for an invite that replaces the device, and run"
                        + " 'enroll --replace'.",
                refusal.getCause());
    }

    private static String toAskFor(Identity identity) {
        return ("Ask the administrator to let %s back in (in the console on the device's page, or POST"
                        + " /api/v1/devices/%s/readmission), then run this again. What was queued stays queued.")
                .formatted(identity.name(), identity.name());
    }
}
