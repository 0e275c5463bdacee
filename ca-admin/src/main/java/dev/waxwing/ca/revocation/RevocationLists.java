package dev.waxwing.ca.revocation;

import dev.waxwing.ca.authority.Authority;
import dev.waxwing.ca.authority.CertificateAuthority;
import dev.waxwing.ca.inventory.Inventory;
import dev.waxwing.ca.issuance.PkiProperties;
import java.io.IOException;
import java.math.BigInteger;
import java.security.NoSuchAlgorithmException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The revocation lists that are served: that of the issuing authority, rebuilt after each revocation and three times in its
 * lifetime, and that of the root, which lives a year and is made again 60 days before its end while the root's key is at hand.
 *
 * <p>Any thread may read; building works under a lock of its own.
 */
public final class RevocationLists {

    private static final Logger LOG = LoggerFactory.getLogger(RevocationLists.class);
    private static final String ISSUING = "issuing";
    private static final String ROOT = "root";
    private static final Duration ROOT_LIFETIME = Duration.ofDays(365);
    private static final Duration ROOT_RENEWAL = Duration.ofDays(60);

    private final CertificateAuthority authority;
    private final Inventory inventory;
    private final Revocation revocation;
    private final ListNumbers numbers;
    private final Duration lifetime;
    private final Clock clock;
    private final ReentrantLock building = new ReentrantLock();
    private volatile RevocationList issuing;
    private volatile RevocationList root;
    private volatile @Nullable String failure;

    /** Builds the issuing authority's list, and the root's unless a good one is kept. */
    public RevocationLists(
            CertificateAuthority authority,
            Inventory inventory,
            Revocation revocation,
            PkiProperties properties,
            JdbcClient jdbc,
            TransactionTemplate transactions,
            Clock clock) {
        this.authority = authority;
        this.inventory = inventory;
        this.revocation = revocation;
        this.numbers = new ListNumbers(jdbc, transactions);
        this.lifetime = properties.crlLifetime();
        this.clock = clock;
        this.issuing = buildIssuing();
        this.root = numbers.kept(ROOT).filter(this::isToBeServed).orElseGet(this::buildRoot);
        rebuildWhereDue();
    }

    /** The newest list of the issuing authority. */
    public RevocationList issuing() {
        return issuing;
    }

    /** The newest list of the root. */
    public RevocationList root() {
        return root;
    }

    /** What health looks at. */
    public RevocationFacts facts() {
        RevocationList list = issuing;
        return new RevocationFacts(
                list.number(), list.thisUpdate(), list.nextUpdate(), root.nextUpdate(), failure, revocation.size());
    }

    /** Builds the issuing authority's list now. On failure the present list stays, and {@link #facts} says why. */
    public void rebuild() {
        building.lock();
        try {
            issuing = buildIssuing();
            failure = null;
        } catch (RuntimeException e) {
            failure = String.valueOf(e.getMessage());
            LOG.error("The revocation list could not be made; the present one lapses at {}", issuing.nextUpdate(), e);
        } finally {
            building.unlock();
        }
    }

    /** Builds whichever list has spent its time, or could not be made when it was last to be. */
    public void rebuildWhereDue() {
        revocation.forgetEnded();
        Instant now = clock.instant();
        if (failure != null || now.isAfter(issuing.thisUpdate().plus(lifetime.dividedBy(3)))) {
            rebuild();
        }
        if (authority.root().isPresent() && now.isAfter(root.nextUpdate().minus(ROOT_RENEWAL))) {
            root = buildRoot();
        }
    }

    /** After a restore the root's list has a number that was surpassed; it is still the best while the root's key is away. */
    private boolean isToBeServed(RevocationList kept) {
        return authority.root().isEmpty() || kept.number() == numbers.last(ROOT);
    }

    private RevocationList buildIssuing() {
        Instant now = clock.instant();
        // An entry stays until a list was published after the certificate's own end (RFC 5280 section 3.3).
        return build(
                ISSUING,
                authority.issuing(),
                lifetime,
                list -> inventory.revokedEndingAfter(now.minus(lifetime), list::add));
    }

    private RevocationList buildRoot() {
        Authority signer = authority
                .root()
                .orElseThrow(() -> new IllegalStateException(
                        "There is no revocation list of the root, and its private key is not at hand to make one."));
        RevocationList list = build(ROOT, signer, ROOT_LIFETIME, _ -> {});
        numbers.keep(ROOT, list);
        return list;
    }

    private RevocationList build(String issuer, Authority signer, Duration lifetime, Consumer<ListEncoding> entries) {
        Instant thisUpdate = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        Instant nextUpdate = thisUpdate.plus(lifetime);
        long number = numbers.next(issuer, thisUpdate, nextUpdate);
        X509Certificate certificate = signer.certificate();
        X500Name name =
                X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
        ListEncoding list = new ListEncoding();
        entries.accept(list);
        byte[] der = list.sign(name, thisUpdate, nextUpdate, extensions(certificate, number), signer.contentSigner());
        return new RevocationList(der, number, thisUpdate, nextUpdate);
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
