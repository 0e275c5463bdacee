package dev.waxwing.ca.enrollment;

import dev.waxwing.ca.audit.AuditEvent;
import dev.waxwing.ca.audit.AuditTrail;
import dev.waxwing.ca.authority.CertificateAuthority;
import dev.waxwing.ca.inventory.CertificateRole;
import dev.waxwing.ca.inventory.Inventory;
import dev.waxwing.ca.issuance.FormerDevices;
import dev.waxwing.ca.issuance.Profile;
import dev.waxwing.ca.issuance.Profiles;
import dev.waxwing.ca.issuance.RequestFault;
import dev.waxwing.enrollment.Invite;
import dev.waxwing.enrollment.InviteToken;
import dev.waxwing.enrollment.ServerAddress;
import dev.waxwing.trust.PeerName;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/** Makes, lists and takes back invites. Any thread may call; there is no state besides the database. */
public final class Invites {

    private static final Duration DEFAULT_LIFETIME = Duration.ofHours(24);
    private static final Duration SHORTEST = Duration.ofMinutes(1);
    private static final Duration LONGEST = Duration.ofDays(30);
    private static final int MAX_TURNS = 120;
    private static final int SHOWN_OBSTACLES = 5;

    private final InviteRepository repository;
    private final CertificateAuthority authority;
    private final Inventory inventory;
    private final Profiles profiles;
    private final PublicAddresses addresses;
    private final FormerDevices formerDevices;
    private final AuditTrail audit;
    private final TransactionTemplate transactions;
    private final Clock clock;
    private final SecureRandom random;

    /** Invites to this authority's deployment. */
    public Invites(
            JdbcClient jdbc,
            CertificateAuthority authority,
            Inventory inventory,
            Profiles profiles,
            PublicAddresses addresses,
            FormerDevices formerDevices,
            AuditTrail audit,
            TransactionTemplate transactions,
            Clock clock,
            SecureRandom random) {
        this.repository = new InviteRepository(jdbc, clock);
        this.authority = authority;
        this.inventory = inventory;
        this.profiles = profiles;
        this.addresses = addresses;
        this.formerDevices = formerDevices;
        this.audit = audit;
        this.transactions = transactions;
        this.clock = clock;
        this.random = random;
    }

    /** Makes an invite for one device. */
    public InviteResult create(InviteOrder order, String actor) {
        Optional<String> fault = fault(order);
        if (fault.isPresent()) {
            return new InviteResult.Invalid(fault.get(), refuse(subject(order), actor, fault.get()));
        }
        Invite invite = invite(order);
        return uncontended(() -> store(order, actor, invite));
    }

    /** Makes an invite for each of several devices, or none when one of them cannot have it. */
    public InviteBatchResult createAll(InviteBatch batch, String actor) {
        List<InviteOrder> orders = batch.orders();
        if (orders.isEmpty() || orders.size() > InviteBatch.MOST) {
            String detail = "At once there are invites for 1 to %d devices.".formatted(InviteBatch.MOST);
            return new InviteBatchResult.Refused(false, detail, refuse("several", actor, detail));
        }
        Set<String> seen = new HashSet<>();
        List<Obstacle> faults = orders.stream()
                .flatMap(order -> fault(order)
                        .or(() -> seen.add(order.name()) ? Optional.empty() : Optional.of("The name is there twice."))
                        .map(detail -> new Obstacle(order, detail))
                        .stream())
                .toList();
        if (!faults.isEmpty()) {
            return refuseAll(false, faults, actor);
        }
        return uncontended(() -> storeAll(orders, actor));
    }

    private InviteBatchResult storeAll(List<InviteOrder> orders, String actor) {
        List<Obstacle> obstacles = orders.stream()
                .flatMap(order -> obstacle(order).map(detail -> new Obstacle(order, detail)).stream())
                .toList();
        if (!obstacles.isEmpty()) {
            return refuseAll(true, obstacles, actor);
        }
        return new InviteBatchResult.Created(
                orders.stream().map(order -> add(order, actor, invite(order))).toList());
    }

    /** Why one of several names is in the way of all. */
    private record Obstacle(InviteOrder order, String detail) {
        @Override
        public String toString() {
            return subject(order) + ": " + detail;
        }
    }

    private InviteBatchResult refuseAll(boolean taken, List<Obstacle> obstacles, String actor) {
        String shown = obstacles.stream()
                .limit(SHOWN_OBSTACLES)
                .map(Obstacle::toString)
                .collect(Collectors.joining(" "));
        int more = obstacles.size() - SHOWN_OBSTACLES;
        String detail = "No invite was made. " + shown + (more > 0 ? " And %d more.".formatted(more) : "");
        return new InviteBatchResult.Refused(
                taken, detail, refuse(subject(obstacles.getFirst().order()), actor, detail));
    }

    private Invite invite(InviteOrder order) {
        return new Invite(
                authority.rootSpkiSha256(), InviteToken.random(random), new PeerName(order.name()), reachable());
    }

    private <T> T uncontended(Supplier<T> work) {
        for (int turn = 0; turn < MAX_TURNS; turn++) {
            try {
                return Objects.requireNonNull(transactions.execute(_ -> work.get()));
            } catch (DuplicateKeyException e) {
                // Somebody else's invite for that name came between: it is judged anew, and seen this time.
            }
        }
        throw new IllegalStateException("the name was contended for more than " + MAX_TURNS + " turns");
    }

    /** A host with very many interfaces has more addresses than an invite holds; the best ones come first. */
    private List<ServerAddress> reachable() {
        return addresses.addresses().stream().limit(Invite.MAX_ADDRESSES).toList();
    }

    private Optional<String> fault(InviteOrder order) {
        if (!PeerName.isValid(order.name())) {
            return Optional.of(
                    "A name has 1 to 63 characters of a-z, 0-9, '.', '_' and '-', and starts with a letter or digit.");
        }
        Optional<Profile> profile = profiles.find(profile(order));
        if (profile.isEmpty() || profile.get().role() != CertificateRole.DEVICE) {
            return Optional.of("There is no device profile of that name. There are: "
                    + String.join(", ", profiles.ofDevices()) + ".");
        }
        Duration lifetime = lifetime(order);
        if (lifetime.compareTo(SHORTEST) < 0 || lifetime.compareTo(LONGEST) > 0) {
            return Optional.of("An invite lasts from 1 minute (PT1M) to 30 days (P30D).");
        }
        return Optional.empty();
    }

    private static String profile(InviteOrder order) {
        return order.profile() == null ? Profiles.DEFAULT : order.profile();
    }

    private static Duration lifetime(InviteOrder order) {
        return order.expiresIn() == null ? DEFAULT_LIFETIME : order.expiresIn();
    }

    private InviteResult store(InviteOrder order, String actor, Invite invite) {
        Optional<String> obstacle = obstacle(order);
        return obstacle.isPresent()
                ? new InviteResult.NameTaken(obstacle.get(), refuse(subject(order), actor, obstacle.get()))
                : add(order, actor, invite);
    }

    private InviteResult.Created add(InviteOrder order, String actor, Invite invite) {
        if (order.replace()) {
            repository.revokeOpen(order.name());
        }
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        byte[] id = new byte[8];
        random.nextBytes(id);
        InviteEntry entry = new InviteEntry(
                HexFormat.of().formatHex(id),
                order.name(),
                profile(order),
                order.replace(),
                InviteState.OPEN,
                actor,
                now,
                now.plus(lifetime(order)),
                null,
                null,
                null,
                null);
        repository.add(entry, HexFormat.of().formatHex(invite.token().sha256()));
        audit.record(AuditEvent.success(
                actor, "invite.created", entry.name(), "invite " + entry.id() + ", until " + entry.expiresAt()));
        return new InviteResult.Created(entry.id(), invite, entry.expiresAt());
    }

    private Optional<String> obstacle(InviteOrder order) {
        if (inventory.isNameOfServer(order.name())) {
            return Optional.of(RequestFault.NAME_OF_SERVER.message());
        }
        return order.replace() ? Optional.empty() : obstacle(order.name());
    }

    private Optional<String> obstacle(String name) {
        if (formerDevices.has(name)) {
            return Optional.of("A device of that name was removed, and what it sent keeps the name."
                    + " To give the name to another, ask for \"replace\": true.");
        }
        if (!inventory.ofName(name, CertificateRole.DEVICE).isEmpty()) {
            return Optional.of(
                    "There is a device of that name. To put another in its place, ask for \"replace\": true.");
        }
        return repository.hasOpen(name)
                ? Optional.of("There is an open invite for that name. Take it back, or ask for \"replace\": true.")
                : Optional.empty();
    }

    private static String subject(InviteOrder order) {
        return PeerName.isValid(order.name()) ? order.name() : "invalid name";
    }

    private String refuse(String subject, String actor, String reason) {
        AuditEvent event = AuditEvent.refused(actor, "invite.creation-refused", subject, reason);
        audit.record(event);
        return event.reference();
    }

    /**
     * Takes back an invite that nobody redeemed.
     *
     * @return how it stands now, or nothing when there is none of that id; a redeemed one stays redeemed
     */
    public Optional<InviteEntry> revoke(String id, String actor) {
        transactions.executeWithoutResult(_ -> {
            if (repository.revoke(id)) {
                String name = repository.find(id).map(InviteEntry::name).orElse(id);
                audit.record(AuditEvent.success(actor, "invite.revoked", name, "invite " + id));
            }
        });
        return repository.find(id);
    }

    /**
     * Takes back every invite for a name, and whatever one of them was about to get. One that was redeemed is of no use to the same
     * key any more either. Joins the caller's transaction, and is the caller's to audit.
     *
     * @return how many were open
     */
    public int withdraw(String name) {
        return repository.withdraw(name);
    }

    /**
     * Takes back every invite that is open, or redeemed without its certificate having been signed, after the database went back in
     * time: it may have been used or taken back since. Whoever calls writes the audit event.
     *
     * @return how many there were
     */
    public int voidUnsigned() {
        return repository.withdrawAllUnsigned();
    }

    /** The invite of this id, or nothing. */
    public Optional<InviteEntry> find(String id) {
        return repository.find(id);
    }

    /**
     * One page of invites, newest first.
     *
     * @param state null for all
     * @param query part of the device's name; blank for all
     */
    public List<InviteEntry> list(@Nullable InviteState state, String query, int page, int size) {
        return repository.list(state, query, page, size);
    }

    /** How many invites {@link #list} has on all its pages. */
    public long count(@Nullable InviteState state, String query) {
        return repository.count(state, query);
    }
}
