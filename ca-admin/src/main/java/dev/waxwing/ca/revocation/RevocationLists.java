package dev.waxwing.ca.revocation;

import dev.waxwing.ca.authority.Authority;
import dev.waxwing.ca.authority.AuthorityId;
import dev.waxwing.ca.authority.CertificateAuthority;
import dev.waxwing.ca.authority.IssuingAuthority;
import dev.waxwing.ca.authority.Withdrawal;
import dev.waxwing.ca.inventory.Inventory;
import dev.waxwing.ca.inventory.RevocationReason;
import dev.waxwing.ca.inventory.RevokedEntry;
import dev.waxwing.ca.inventory.SerialNumber;
import dev.waxwing.ca.issuance.IssuersInService;
import dev.waxwing.ca.issuance.PkiProperties;
import dev.waxwing.ca.revocation.RevocationFacts.IssuersList;
import dev.waxwing.wire.Bytes;
import java.io.IOException;
import java.math.BigInteger;
import java.security.NoSuchAlgorithmException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiPredicate;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The revocation lists that are served. Each issuing authority that has to answer for certificates has its own: made anew after a
 * revocation that is its, and three times in its lifetime. That of the root lives a year and is made again 60 days before its end
 * while the root's key is at hand; each issuing authority whose certificate was revoked stays on it for good.
 *
 * <p>Any thread may read; building works under a lock of its own.
 */
public final class RevocationLists {

    private static final Logger LOG = LoggerFactory.getLogger(RevocationLists.class);
    private static final Duration ROOT_LIFETIME = Duration.ofDays(365);

    private final CertificateAuthority authority;
    private final IssuersInService issuers;
    private final Inventory inventory;
    private final Revocation revocation;
    private final ListNumbers numbers;
    private final Duration lifetime;
    private final ApplicationEventPublisher events;
    private final Clock clock;
    private final ReentrantLock building = new ReentrantLock();
    private final Map<AuthorityId, Published> published = new ConcurrentHashMap<>();
    private volatile RevocationList root;
    private volatile @Nullable String failure;

    /** A list, and what tells whether another one would say the same. */
    private record Published(RevocationList list, Bytes entries) {}

    /** Builds the list of each issuing authority, and the root's unless a good one is kept. */
    public RevocationLists(
            CertificateAuthority authority,
            IssuersInService issuers,
            Inventory inventory,
            Revocation revocation,
            PkiProperties properties,
            JdbcClient jdbc,
            TransactionTemplate transactions,
            ApplicationEventPublisher events,
            Clock clock) {
        this.authority = authority;
        this.issuers = issuers;
        this.inventory = inventory;
        this.revocation = revocation;
        this.numbers = new ListNumbers(jdbc, transactions);
        this.lifetime = properties.crlLifetime();
        this.events = events;
        this.clock = clock;
        build(issuers.all(), (_, _) -> true);
        this.root = numbers.kept(authority.rootId()).filter(this::isToBeServed).orElseGet(this::buildRoot);
        rebuildWhereDue();
    }

    /** The newest list of the current issuing authority. */
    public RevocationList issuing() {
        return of(authority.issuing().id())
                .orElseThrow(() -> new IllegalStateException("an authority has a list before it becomes current"));
    }

    /** The newest list of an issuing authority; nothing when it has nothing to publish. */
    public Optional<RevocationList> of(AuthorityId issuer) {
        return Optional.ofNullable(published.get(issuer)).map(Published::list);
    }

    /** The newest list of the root. */
    public RevocationList root() {
        return root;
    }

    /** What health looks at. */
    public RevocationFacts facts() {
        List<IssuersList> lists = authority.issuers().stream()
                .flatMap(issuer -> of(issuer.id()).stream()
                        .map(list -> new IssuersList(issuer.id(), list.number(), list.thisUpdate(), list.nextUpdate())))
                .toList();
        return new RevocationFacts(lists, root.nextUpdate(), failure, revocation.size());
    }

    /** Builds those lists now whose entries are not the same any more. On failure the present ones stay, and {@link #facts} says why. */
    public void rebuildWhereChanged() {
        tryToBuild(issuers.all(), (present, entries) -> !present.entries().equals(entries));
    }

    /** Builds whichever list is missing, has spent its time, or could not be made when it was last to be. */
    public void rebuildWhereDue() {
        revocation.forgetEnded();
        building.lock(); // Before it is asked who is in service: nobody's first list may be forgotten meanwhile.
        try {
            List<IssuingAuthority> inService = issuers.all();
            List<IssuingAuthority> due = inService.stream().filter(this::isDue).toList();
            if (!due.isEmpty()) {
                tryToBuild(due, (_, _) -> true);
            }
            published
                    .keySet()
                    .retainAll(inService.stream().map(IssuingAuthority::id).toList());
        } finally {
            building.unlock();
        }
        if (authority.root().isPresent()
                && (isOfTheFuture(root) || lacksAny(root) || facts().rootListDue(clock.instant()))) {
            signRoot();
        }
    }

    /**
     * Signs a new list of the root, which holds for a year from now.
     *
     * @throws IllegalStateException when the root's key is not at hand
     */
    public void signRoot() {
        building.lock();
        try {
            root = buildRoot();
        } finally {
            building.unlock();
        }
        events.publishEvent(new RootListSigned(root));
    }

    /**
     * Signs a new list of the root if the present one lacks an issuing authority that is revoked.
     *
     * @throws IllegalStateException when the root's key is not at hand
     */
    public void nameRevokedIssuers() {
        if (lacksRevokedIssuers()) {
            signRoot();
        }
    }

    /** Whether an issuing authority is revoked that the root's newest list does not name. */
    public boolean lacksRevokedIssuers() {
        return lacksAny(root);
    }

    private boolean isDue(IssuingAuthority issuer) {
        Optional<RevocationList> list = of(issuer.id());
        return failure != null
                || list.isEmpty()
                || isOfTheFuture(list.get())
                || clock.instant().isAfter(list.get().thisUpdate().plus(lifetime.dividedBy(3)));
    }

    /** The clock was set back: nobody believes such a list, and its time would not be spent for long. */
    private boolean isOfTheFuture(RevocationList list) {
        return clock.instant().isBefore(list.thisUpdate());
    }

    private void tryToBuild(List<IssuingAuthority> wanted, BiPredicate<Published, Bytes> outdated) {
        building.lock();
        try {
            build(wanted, outdated);
            failure = null;
        } catch (RuntimeException e) {
            failure = String.valueOf(e.getMessage());
            LOG.error(
                    "The revocation lists could not be made; the current one lapses at {}",
                    issuing().nextUpdate(),
                    e);
        } finally {
            building.unlock();
        }
    }

    /** After a restore the root's list has a number that was surpassed; it is still the best while the root's key is away. */
    private boolean isToBeServed(RevocationList kept) {
        return authority.root().isEmpty() || kept.number() == numbers.last(authority.rootId()) && !lacksAny(kept);
    }

    /** Whether somebody who signed it died, or failed, between a revocation and the list. */
    private boolean lacksAny(RevocationList rootList) {
        Set<BigInteger> named = rootList.revokedSerialNumbers();
        return authority.revokedIssuers().stream()
                .map(issuer -> issuer.certificate().getSerialNumber())
                .anyMatch(serialNumber -> !named.contains(serialNumber));
    }

    /**
     * One pass over all that is revoked makes the lists of all.
     *
     * @param outdated whether a list that is published has to go, given the fingerprint of what it would hold now
     */
    private void build(List<IssuingAuthority> wanted, BiPredicate<Published, Bytes> outdated) {
        Map<AuthorityId, ListEncoding> encodings = new HashMap<>();
        wanted.forEach(issuer -> encodings.put(issuer.id(), new ListEncoding()));
        // An entry stays until a list was published after the certificate's own end (RFC 5280 section 3.3).
        inventory.revokedEndingAfter(clock.instant().minus(lifetime), entry -> {
            ListEncoding its = encodings.get(entry.issuer());
            if (its != null) {
                its.add(entry);
            }
        });
        for (IssuingAuthority issuer : wanted) {
            ListEncoding encoding = Objects.requireNonNull(encodings.remove(issuer.id()), "one was made for each");
            Bytes entries = Bytes.of(encoding.fingerprint());
            Published present = published.get(issuer.id());
            if (present == null || outdated.test(present, entries)) {
                published.put(issuer.id(), new Published(sign(issuer.authority(), lifetime, encoding), entries));
            }
        }
    }

    private RevocationList buildRoot() {
        Authority signer = authority
                .root()
                .orElseThrow(() -> new IllegalStateException(
                        "There is no revocation list of the root, and its private key is not at hand to make one."));
        ListEncoding revoked = new ListEncoding();
        authority.revokedIssuers().forEach(issuer -> revoked.add(rootEntry(issuer)));
        RevocationList list = sign(signer, ROOT_LIFETIME, revoked);
        numbers.keep(list);
        return list;
    }

    /** It stays for good, and so longer than RFC 5280 section 3.3 asks: who has learnt it must never be told otherwise. */
    private RevokedEntry rootEntry(IssuingAuthority issuer) {
        Withdrawal withdrawal = Objects.requireNonNull(issuer.withdrawal(), "it is revoked");
        return new RevokedEntry(
                SerialNumber.of(issuer.certificate()),
                authority.rootId(),
                withdrawal.at(),
                RevocationReason.parse(withdrawal.reason())
                        .orElseThrow(() -> new IllegalStateException("the reason " + withdrawal.reason())),
                issuer.certificate().getNotAfter().toInstant());
    }

    private RevocationList sign(Authority signer, Duration lifetime, ListEncoding list) {
        Instant thisUpdate = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        Instant nextUpdate = thisUpdate.plus(lifetime);
        long number = numbers.next(signer.id(), thisUpdate, nextUpdate);
        X509Certificate certificate = signer.certificate();
        X500Name name =
                X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
        byte[] der = list.sign(name, thisUpdate, nextUpdate, extensions(certificate, number), signer.contentSigner());
        return new RevocationList(signer.id(), der, number, thisUpdate, nextUpdate);
    }

    private static Extensions extensions(X509Certificate certificate, long number) {
        try {
            var key = new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(certificate.getPublicKey());
            return new Extensions(new Extension[] {
                Extension.create(Extension.cRLNumber, false, new CRLNumber(BigInteger.valueOf(number))),
                Extension.create(Extension.authorityKeyIdentifier, false, key)
            });
        } catch (IOException | NoSuchAlgorithmException e) {
            throw new IllegalStateException("the revocation list could not be encoded", e);
        }
    }
}
