package dev.waxwing.agent.upload;

import dev.waxwing.agent.connection.Clocks;
import dev.waxwing.agent.connection.Dialer;
import dev.waxwing.agent.connection.KeptRevokedAuthorities;
import dev.waxwing.agent.connection.KeptTimeFloor;
import dev.waxwing.agent.connection.LastContact;
import dev.waxwing.agent.connection.Refusals;
import dev.waxwing.agent.connection.UnreachableException;
import dev.waxwing.agent.enrollment.Membership;
import dev.waxwing.agent.home.AgentFailure;
import dev.waxwing.agent.identity.Identity;
import dev.waxwing.agent.identity.UnlockedIdentity;
import dev.waxwing.agent.spool.OfferedAgain;
import dev.waxwing.agent.spool.ReceiptStore;
import dev.waxwing.agent.spool.Spool;
import dev.waxwing.channel.DeviceEndpoint;
import dev.waxwing.channel.SecureChannel;
import dev.waxwing.media.SafeName;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Delivers what waits in a spool, over as many sessions as that takes: when one breaks, the next goes on where it
 * stopped. Keeps its session open between deliveries until it is closed. Owned by the thread of the command.
 */
public final class Delivery implements Closeable {

    private static final Duration FIRST_PAUSE = Duration.ofMillis(300);
    private static final Duration TICK = Duration.ofMillis(200);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(15);
    private static final int MOST_NAMES = 10;
    /** Nobody waits for a session in which nothing is to be sent. */
    private static final Duration TAKE_UP = Duration.ofSeconds(5);
    /** Uploads that a lost home sent are not in the server's word about texts, so the jump is generous. */
    private static final long COUNTERS_TO_SKIP = 1_000_000;
    /** A million each second for a century. */
    private static final long MOST_USED_COUNTERS = 1L << 52;

    private final DeviceEndpoint endpoint;
    private final Dialer dialer;
    private final Membership membership;
    private final Spool spool;
    private final ReceiptStore receipts;
    private final Path contactFile;
    private final KeptTimeFloor time;
    private final KeptRevokedAuthorities revoked;
    private final Clock clock;
    private @Nullable Session session;
    private boolean isClockCompared;
    private boolean hasAskedToComeBack;
    private boolean isDamageTold;
    private @Nullable AgentFailure refusedNext;

    /**
     * @param membership whom to be
     * @param receipts where verified receipts are kept
     * @param contactFile where the last contact is noted
     * @param time the latest time that there is proof of
     * @param revoked which authorities count no more
     */
    public Delivery(
            DeviceEndpoint endpoint,
            Dialer dialer,
            Membership membership,
            Spool spool,
            ReceiptStore receipts,
            Path contactFile,
            KeptTimeFloor time,
            KeptRevokedAuthorities revoked,
            Clock clock) {
        this.endpoint = endpoint;
        this.dialer = dialer;
        this.membership = membership;
        this.spool = spool;
        this.receipts = receipts;
        this.contactFile = contactFile;
        this.time = time;
        this.revoked = revoked;
        this.clock = clock;
    }

    /** The live session's channel. */
    public Optional<SecureChannel> channel() {
        Session current = session;
        return current != null && current.isOpen() ? Optional.of(current.channel()) : Optional.empty();
    }

    /**
     * Makes sure that there is a session.
     *
     * @param patience how long to try
     * @throws AgentFailure if there is none then, or the server refused this device
     */
    public SecureChannel connect(Duration patience, DeliveryListener listener)
            throws AgentFailure, IOException, InterruptedException {
        return connected(new Patience(patience), listener).channel();
    }

    /**
     * Delivers what the plan names. What a session could not settle stays in the spool.
     *
     * @param patience how long to go on while nothing moves
     * @throws AgentFailure if it gave up
     */
    public void deliver(Plan plan, Duration patience, DeliveryListener listener)
            throws AgentFailure, IOException, InterruptedException {
        Patience left = new Patience(patience);
        int failures = 0;
        while (true) {
            Session current = connected(left, listener);
            left.watch(current.moves());
            long before = current.moves().count();
            try {
                current.deliver(plan, left, listener);
                takeUp(current, listener);
                return;
            } catch (SessionEndedException ended) {
                drop();
                failures = current.moves().count() > before ? 1 : failures + 1;
                pause(
                        left,
                        failures,
                        ended.retryAfter(),
                        String.valueOf(ended.getMessage()),
                        ended.reference(),
                        listener);
            }
        }
    }

    /**
     * Renews the certificate now, and opens a session with the new one. One that was renewed before and comes into use with this call
     * is as good as a new one.
     *
     * @param patience how long to try
     * @return the identity in use
     */
    public Identity renew(Duration patience, DeliveryListener listener)
            throws AgentFailure, IOException, InterruptedException {
        Patience left = new Patience(patience);
        X509Certificate before = membership.current().certificate();
        Session current = connected(left, listener);
        Identity connected = membership.current();
        if (connected.hasOldKey() || connected.certificate().equals(before)) {
            try {
                current.renew(left.left());
                current.tellNotices(listener);
            } catch (SessionEndedException ended) {
                current.tellNotices(listener);
                drop();
                throw new AgentFailure(
                        String.valueOf(ended.getMessage()),
                        ended.reference(),
                        "Run it again: the key is kept, and gets the certificate that was made for it.",
                        ended);
            }
            connected(left, listener);
            if (membership.current().certificate().equals(connected.certificate())) {
                throw notTaken(connected);
            }
        }
        return membership.current();
    }

    /** The server has made a certificate and does not let it in. */
    private AgentFailure notTaken(Identity current) {
        AgentFailure refusal = refusedNext;
        return new AgentFailure(
                "the server made a new certificate but then refused it; certificate %s stays in use"
                        .formatted(current.serialNumber()),
                refusal == null ? null : refusal.reference(),
                "Run it again. If it is refused again, the administrator finds the reason under the reference.",
                refusal);
    }

    /** What was to be delivered is delivered, so a new certificate that cannot be used yet is no failure. */
    private void takeUp(Session current, DeliveryListener listener) throws IOException, InterruptedException {
        if (current.isRenewed()) {
            try {
                connected(new Patience(TAKE_UP), listener);
            } catch (AgentFailure failed) {
                listener.notice("the renewed certificate is not in use yet: " + failed.description());
            }
        }
    }

    private Session connected(Patience patience, DeliveryListener listener)
            throws AgentFailure, IOException, InterruptedException {
        Session current = session;
        if (current != null && current.isOpen()) {
            if (!current.isRenewed()) {
                return current;
            }
            close();
        }
        drop();
        for (int failures = 1; ; failures++) {
            try {
                Session fresh = open(listener);
                session = fresh;
                return fresh;
            } catch (UnreachableException unreachable) {
                pause(
                        patience,
                        failures,
                        unreachable.retryAfter(),
                        String.valueOf(unreachable.getMessage()),
                        unreachable.reference(),
                        listener);
            }
        }
    }

    /** The next identity goes first, and the present one stands in if the server does not take it. */
    private Session open(DeliveryListener listener) throws AgentFailure, IOException {
        AgentFailure refusal = null;
        List<UnlockedIdentity> candidates = membership.candidates();
        tellDamage(listener);
        for (UnlockedIdentity candidate : candidates) {
            try {
                Session opened = open(candidate, listener);
                refusedNext = refusal;
                return opened;
            } catch (AgentFailure failed) {
                if (!Refusals.isAboutIdentity(failed)) {
                    throw failed;
                }
                refusal = failed;
            }
        }
        return open(comeBack(refusal, listener), listener);
    }

    private void tellDamage(DeliveryListener listener) {
        if (!isDamageTold && membership.unusable().isPresent()) {
            isDamageTold = true;
            listener.notice("the renewed certificate is not used: "
                    + membership.unusable().get().description());
        }
    }

    /**
     * Who was refused with a certificate that has not ended asks once: an administrator may have allowed it. A server that does not
     * answer was not asked.
     */
    private UnlockedIdentity comeBack(@Nullable AgentFailure refusal, DeliveryListener listener)
            throws AgentFailure, IOException {
        if (refusal != null && hasAskedToComeBack) {
            throw membership.turnedAway(refusal);
        }
        try {
            UnlockedIdentity back = membership.comeBack();
            hasAskedToComeBack = refusal != null;
            listener.notice("the server let this device back in: certificate %s, valid until %s"
                    .formatted(back.identity().serialNumber(), back.identity().notAfter()));
            return back;
        } catch (AgentFailure failed) {
            hasAskedToComeBack = refusal != null;
            throw refusal == null ? failed : membership.turnedAway(refusal);
        }
    }

    private Session open(UnlockedIdentity held, DeliveryListener listener) throws AgentFailure, IOException {
        Identity identity = held.identity();
        revoked.notices().forEach(listener::notice);
        var reached = dial(held);
        SecureChannel channel = reached.value();
        compareClocks(channel, listener);
        try {
            if (membership.accepted(held)) {
                listener.notice("the renewed certificate %s is in use".formatted(identity.serialNumber()));
            }
            time.keep();
            revoked.keep();
            LastContact.of(reached.address(), channel, clock).save(contactFile);
            skipUsedCounters(channel.grant().durableCounter());
            OfferedAgain again =
                    spool.offerAgain(channel.grant(), receipts, identity.root().certificate());
            if (again.isNews()) {
                tell(again, listener);
            }
        } catch (IOException | AgentFailure failed) {
            channel.abort();
            throw failed;
        }
        Session fresh = new Session(
                channel,
                spool,
                receipts,
                new Evidence(
                        identity,
                        held.credential(),
                        membership.former(),
                        endpoint.crypto(),
                        revoked.authorities(),
                        clock),
                membership.renewer(held),
                revoked,
                clock);
        fresh.start();
        return fresh;
    }

    /** What was learnt is kept also where the server was not believed in the end, or did not let this device in. */
    private Dialer.Reached<SecureChannel> dial(UnlockedIdentity held) throws AgentFailure, IOException {
        Identity identity = held.identity();
        boolean isReached = false;
        try {
            Dialer.Reached<SecureChannel> reached = dialer.dial(
                    identity.addresses(),
                    socket -> endpoint.connect(
                            socket, held.credential(), identity.roots(), time.floor(), revoked.authorities()));
            isReached = true;
            return reached;
        } finally {
            if (!isReached) {
                revoked.keep();
            }
        }
    }

    /** A clock that is wrong by little lets sessions through today and fails tomorrow. */
    private void compareClocks(SecureChannel channel, DeliveryListener listener) {
        Instant own = channel.startedAt();
        Instant server = own.plus(channel.serverTimeOffset());
        if (!isClockCompared && Clocks.disagree(own, server)) {
            listener.notice(Clocks.compared(own, server) + ": set the clock");
        }
        isClockCompared = true;
    }

    private static void tell(OfferedAgain again, DeliveryListener listener) {
        String why = again.backTo()
                .map(backTo -> "the server was restored and is back at " + Clocks.shown(backTo))
                .orElse("the server holds less than it acknowledged, perhaps because it was restored");
        listener.notice("%s; what it may have lost is offered again: %d of %d"
                .formatted(why, again.count(), again.count() + again.gone().size()));
        if (!again.gone().isEmpty()) {
            String names = again.gone().stream()
                    .limit(MOST_NAMES)
                    .map(SafeName::forDisplay)
                    .collect(Collectors.joining(", "));
            String more = again.gone().size() > MOST_NAMES ? ", ..." : "";
            listener.notice("not there any more, or changed, and so not offered again: " + names + more);
        }
    }

    private void skipUsedCounters(long durable) throws IOException, AgentFailure {
        if (durable > MOST_USED_COUNTERS) {
            // To believe it would leave no counter, and what is skipped is skipped for ever.
            throw new AgentFailure(
                    "the server says that this device has used %d numbers, more than it can have".formatted(durable),
                    "What was queued stays queued. Tell the administrator.");
        }
        if (spool.mayOffer(durable)) {
            spool.skipCounters(durable + COUNTERS_TO_SKIP);
        }
    }

    /** Waits before the next try: as long as the server asked, else longer each time, and never quite the same. */
    private static void pause(
            Patience patience,
            int failures,
            Duration asked,
            String why,
            @Nullable String reference,
            DeliveryListener listener)
            throws AgentFailure, InterruptedException {
        Duration own = FIRST_PAUSE.multipliedBy(1L << Math.min(failures - 1, 10));
        Duration bounded = own.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : own;
        long jittered = ThreadLocalRandom.current().nextLong(bounded.toMillis() / 2, bounded.toMillis() + 1);
        Duration pause = asked.isZero() ? Duration.ofMillis(jittered) : asked;
        if (pause.compareTo(patience.left()) > 0) {
            String asks = asked.isZero() ? "" : "; it asks to come back in %d s".formatted(asked.toSeconds());
            throw new AgentFailure(
                    why + asks, reference, "What was queued stays queued and is sent with the next delivery.", null);
        }
        listener.notice("%s; trying again".formatted(why));
        long until = System.nanoTime() + pause.toNanos();
        for (long left = pause.toNanos(); left > 0; left = until - System.nanoTime()) {
            if (listener.isCancelled()) {
                throw new AgentFailure("stopped", "What is not sent yet stays queued.");
            }
            Thread.sleep(Duration.ofNanos(Math.min(left, TICK.toNanos())));
        }
    }

    private void drop() throws IOException {
        Session old = session;
        session = null;
        if (old != null) {
            old.abort();
            time.keep();
        }
    }

    /** Ends the session with an authenticated close, if there is one. */
    @Override
    public void close() throws IOException {
        Session old = session;
        session = null;
        if (old != null) {
            old.close();
            time.keep();
        }
    }
}
