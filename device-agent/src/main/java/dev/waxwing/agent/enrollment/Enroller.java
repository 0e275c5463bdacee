package dev.waxwing.agent.enrollment;

import dev.waxwing.agent.connection.Dialer;
import dev.waxwing.agent.connection.PinnedRevokedAuthorities;
import dev.waxwing.agent.connection.UnreachableException;
import dev.waxwing.agent.home.AgentFailure;
import dev.waxwing.agent.identity.Identity;
import dev.waxwing.agent.identity.IdentityStore;
import dev.waxwing.agent.identity.IdentityStore.PendingKey;
import dev.waxwing.channel.DeviceEndpoint;
import dev.waxwing.channel.EnrolledIdentity;
import dev.waxwing.enrollment.Invite;
import dev.waxwing.trust.TrustedRoots;
import dev.waxwing.wire.Bytes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.function.Consumer;

/**
 * Redeems an invite. The key is kept before it is used, so that a repeat with the same invite, after an answer that got
 * lost, gets the certificate for the same key.
 */
public final class Enroller {

    private final DeviceEndpoint endpoint;
    private final Dialer dialer;
    private final IdentityStore identities;
    private final SecureRandom random;
    private final Clock clock;

    public Enroller(
            DeviceEndpoint endpoint, Dialer dialer, IdentityStore identities, SecureRandom random, Clock clock) {
        this.endpoint = endpoint;
        this.dialer = dialer;
        this.identities = identities;
        this.random = random;
        this.clock = clock;
    }

    /**
     * Redeems an invite and keeps the new identity in place of the old one. The caller has the home locked.
     *
     * @param notices told if a key that an enrolment was begun with is given up: the server may have certified it
     * @throws AgentFailure if the server refused, or could not be believed
     * @throws UnreachableException if no server answered; a repeat may succeed
     */
    public Identity enrol(Invite invite, Consumer<String> notices) throws IOException, AgentFailure {
        KeyPair keys = keysFor(invite, notices);
        EnrolledIdentity enrolled = redeem(invite, keys, new PinnedRevokedAuthorities(identities.home(), notices));
        Identity identity = new Identity(
                enrolled.name(),
                enrolled.credential().chain(),
                TrustedRoots.of(enrolled.root()),
                invite.addresses(),
                clock.instant().truncatedTo(ChronoUnit.SECONDS));
        identities.save(identity, enrolled.credential().privateKey());
        return identity;
    }

    /** What the home knows of revoked authorities counts, whosever it was, and what a server shows of them is kept in every case. */
    private EnrolledIdentity redeem(Invite invite, KeyPair keys, PinnedRevokedAuthorities revoked)
            throws IOException, AgentFailure {
        byte[] token = invite.token().bytes();
        try {
            return dialer.dial(
                            invite.addresses(),
                            socket -> endpoint.enrol(
                                    socket,
                                    Bytes.of(invite.rootSpkiSha256()),
                                    invite.name(),
                                    token.clone(),
                                    session -> DeviceRequest.create(invite.name(), keys, session),
                                    revoked))
                    .value();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } finally {
            revoked.keep();
        }
    }

    private KeyPair keysFor(Invite invite, Consumer<String> notices) throws IOException, AgentFailure {
        Bytes digest = digest(invite);
        return switch (identities.pendingKey(digest)) {
            case PendingKey.Kept(KeyPair begun) -> begun;
            case PendingKey.None() -> freshKeys(digest);
            case PendingKey.OfAnotherInvite() -> {
                notices.accept(
                        "an enrolment that was begun with another invite is given up, and its key with it; if the"
                                + " server has certified that key, nobody can use the certificate");
                yield freshKeys(digest);
            }
            case PendingKey.SetAside(AgentFailure why, Path copy) -> {
                notices.accept(
                        ("%s; it was set aside as %s, and the device enrols with another key. If the server refuses"
                            + " that, it has certified the lost one: ask the administrator for another invite")
                                .formatted(why.description(), copy.getFileName()));
                yield freshKeys(digest);
            }
        };
    }

    private KeyPair freshKeys(Bytes digest) throws IOException, AgentFailure {
        KeyPair keys = DeviceRequest.freshKeys(random);
        identities.savePending(digest, keys);
        return keys;
    }

    private static Bytes digest(Invite invite) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            return Bytes.of(sha256.digest(invite.encode().getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
