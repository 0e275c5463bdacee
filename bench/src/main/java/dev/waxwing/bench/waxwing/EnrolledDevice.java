package dev.waxwing.bench.waxwing;

import dev.waxwing.agent.connection.Dialer;
import dev.waxwing.agent.connection.KeptRevokedAuthorities;
import dev.waxwing.agent.connection.KeptTimeFloor;
import dev.waxwing.agent.enrollment.Enroller;
import dev.waxwing.agent.enrollment.Membership;
import dev.waxwing.agent.home.AgentFailure;
import dev.waxwing.agent.home.Home;
import dev.waxwing.agent.home.HomeLock;
import dev.waxwing.agent.identity.Identity;
import dev.waxwing.agent.identity.IdentityStore;
import dev.waxwing.agent.identity.KeyProtection;
import dev.waxwing.agent.spool.ReceiptStore;
import dev.waxwing.agent.spool.Spool;
import dev.waxwing.agent.upload.Delivery;
import dev.waxwing.agent.upload.DeliveryListener;
import dev.waxwing.agent.upload.Plan;
import dev.waxwing.channel.DeviceEndpoint;
import dev.waxwing.channel.DevicePolicy;
import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.enrollment.Invite;
import dev.waxwing.enrollment.InviteException;
import dev.waxwing.trust.Credential;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;

/** A device in a home of its own, put together as the agent's commands do it. Used by one thread. */
public final class EnrolledDevice implements Closeable {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

    private final HomeLock lock;
    private final Identity identity;
    private final Credential credential;
    private final DeviceEndpoint endpoint;
    private final Spool spool;
    private final Delivery delivery;

    private EnrolledDevice(
            HomeLock lock,
            Identity identity,
            Credential credential,
            DeviceEndpoint endpoint,
            Spool spool,
            Delivery delivery) {
        this.lock = lock;
        this.identity = identity;
        this.credential = credential;
        this.endpoint = endpoint;
        this.spool = spool;
        this.delivery = delivery;
    }

    /**
     * Enrols a device and opens its spool.
     *
     * @param home does not exist
     * @param invite as the server printed it
     */
    public static EnrolledDevice enrol(Path home, String invite)
            throws IOException, AgentFailure, InviteException, InterruptedException {
        SecureRandom random = new SecureRandom();
        Clock clock = Clock.systemUTC();
        Home own = Home.at(home);
        HomeLock lock = own.lock(PATIENCE);
        IdentityStore identities = new IdentityStore(own, new KeyProtection(own, null, random));
        DeviceEndpoint endpoint = new DeviceEndpoint(DevicePolicy.defaults(), CryptoProvider.chosen(), random, clock);
        Dialer dialer = new Dialer(CONNECT_TIMEOUT, clock);
        Identity identity =
                new Enroller(endpoint, dialer, identities, random, clock).enrol(Invite.parse(invite), _ -> {});
        Credential credential = identities.unlock(identity);
        Spool spool = Spool.open(own.resolve("spool").resolve(identity.subject()), random, clock);
        KeptRevokedAuthorities revoked = KeptRevokedAuthorities.load(own, identity.roots());
        Delivery delivery = new Delivery(
                endpoint,
                dialer,
                new Membership(identities, endpoint, dialer, revoked, random, clock),
                spool,
                new ReceiptStore(own.resolve("receipts")),
                own.resolve("contact.json"),
                KeptTimeFloor.load(own.resolve("time.json")),
                revoked,
                clock);
        return new EnrolledDevice(lock, identity, credential, endpoint, spool, delivery);
    }

    public Identity identity() {
        return identity;
    }

    public Credential credential() {
        return credential;
    }

    /** Makes sessions without spool and delivery. */
    public DeviceEndpoint endpoint() {
        return endpoint;
    }

    public Spool spool() {
        return spool;
    }

    /** Delivers what the plan names; makes a session if there is none. */
    public void deliver(Plan plan, DeliveryListener listener) throws IOException, AgentFailure, InterruptedException {
        delivery.deliver(plan, PATIENCE, listener);
    }

    /** Ends the session; the next delivery makes a new one. */
    public void disconnect() throws IOException {
        delivery.close();
    }

    @Override
    public void close() throws IOException {
        try (lock;
                spool) {
            delivery.close();
        }
    }
}
