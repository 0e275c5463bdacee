package dev.waxwing.ca.authority;

import dev.waxwing.ca.authority.AuthorityRegister.Entry;
import dev.waxwing.ca.authority.AuthorityRegister.Role;
import dev.waxwing.ca.authority.AuthorityRegister.Turn;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The root of one deployment and the issuing authorities below it, one of which is current. Made on the first start, opened on
 * every other.
 *
 * <p>Each authority is made in two steps that survive an interruption: one file with key and certificate, then a row in the
 * database. A start that finds the file without the row adds the row; one that finds the row without the file, or a file that
 * belongs to another database, refuses. An issuing authority becomes current by a third step, one statement.
 *
 * <p>Any thread may read; what changes something works under a lock of its own.
 */
public final class CertificateAuthority {

    /** How long an authority that was made waits for its turn. After that, another one is made instead. */
    public static final Duration PREPARED_FOR = Duration.ofDays(1);

    static final String ROOT = "root";
    static final String ISSUING_PREFIX = "issuing-";

    /** The only issuing authority's file, before there could be several. */
    private static final String ONLY_ISSUING = "issuing";

    private static final Logger LOG = LoggerFactory.getLogger(CertificateAuthority.class);

    private final KeyStorage keys;
    private final AuthorityRegister register;
    private final AuthorityCertificates certificates;
    private final Clock clock;
    private final SecureRandom random;
    private final X509Certificate rootCertificate;
    private final ReentrantLock changing = new ReentrantLock();
    private volatile @Nullable Authority root;
    private volatile Succession succession;

    /** All issuing authorities, and the turns that they had. Immutable. */
    private record Succession(
            Map<AuthorityId, IssuingAuthority> all,
            IssuingAuthority current,
            long turn,
            List<IssuingAuthority> revoked) {

        Succession(Map<AuthorityId, IssuingAuthority> all, IssuingAuthority current, long turn) {
            this(
                    all,
                    current,
                    turn,
                    all.values().stream()
                            .filter(IssuingAuthority::isRevoked)
                            .sorted(Comparator.comparing(Succession::revokedAt)
                                    .thenComparing(issuer -> issuer.id().digits()))
                            .toList());
        }

        private static Instant revokedAt(IssuingAuthority issuer) {
            Withdrawal withdrawal = issuer.withdrawal();
            return withdrawal == null ? Instant.MAX : withdrawal.at();
        }
    }

    private CertificateAuthority(KeyStorage keys, JdbcClient jdbc, Clock clock, SecureRandom random) {
        this.keys = keys;
        this.register = new AuthorityRegister(jdbc, clock);
        this.certificates = new AuthorityCertificates(clock, random);
        this.clock = clock;
        this.random = random;
        StoredKey rootKey = openRoot().orElseGet(this::makeRoot);
        this.rootCertificate = rootKey.certificate();
        this.root = authority(rootKey, "SHA384withECDSA");
        nameOnlyIssuing();
        Map<AuthorityId, Authority> issuing = openIssuing();
        if (issuing.isEmpty()) {
            Authority first = makeIssuing();
            issuing.put(first.id(), first);
        }
        this.succession = succession(issuing);
    }

    /**
     * Opens the authority, or makes it when neither keys nor database know one.
     *
     * @throws AuthorityException when keys and database do not agree, or a key is missing; the message says what to do
     */
    public static CertificateAuthority open(KeyStorage keys, JdbcClient jdbc, Clock clock, SecureRandom random) {
        return new CertificateAuthority(keys, jdbc, clock, random);
    }

    private Optional<StoredKey> openRoot() {
        Optional<StoredKey> stored = keys.load(ROOT);
        Optional<Entry> registered = register.all(Role.ROOT).stream().findFirst();
        if (stored.isEmpty()) {
            registered.ifPresent(_ -> refuseMissing(Role.ROOT, ROOT));
            return stored;
        }
        X509Certificate certificate = stored.get().certificate();
        if (registered.isEmpty()) {
            register.add(Role.ROOT, certificate);
        } else {
            refuseForeign(registered.get(), certificate, ROOT);
        }
        return stored;
    }

    private static void refuseMissing(Role role, String file) {
        throw new AuthorityException("The database knows " + (role == Role.ROOT ? "a root" : "an issuing")
                + " authority, but its key file keys/" + file
                + ".pem is missing. Restore the data directory from a backup; a new key would lock out every device.");
    }

    private static void refuseForeign(Entry registered, X509Certificate certificate, String file) {
        if (!registered.spkiSha256().equals(Certificates.spkiSha256(certificate.getPublicKey()))) {
            throw new AuthorityException("The key file keys/" + file
                    + ".pem belongs to another database. Keys and database must come from the same backup.");
        }
    }

    private StoredKey makeRoot() {
        if (!register.all(Role.ISSUING).isEmpty() || !keys.list(ONLY_ISSUING).isEmpty()) {
            throw new AuthorityException("There is an issuing authority, but no root: keys/" + ROOT
                    + ".pem is missing. Restore the data directory from a backup.");
        }
        KeyPair pair = KeyPairs.p384(random);
        X509Certificate certificate = certificates.root(pair, AuthorityId.fresh(random));
        keys.store(ROOT, pair.getPrivate(), List.of(certificate));
        register.add(Role.ROOT, certificate);
        LOG.info("Made {}", certificate.getSubjectX500Principal());
        return new StoredKey(pair.getPrivate(), List.of(certificate));
    }

    /** One rename: it has happened or not. */
    private void nameOnlyIssuing() {
        keys.load(ONLY_ISSUING)
                .map(StoredKey::certificate)
                .ifPresent(certificate -> keys.rename(ONLY_ISSUING, file(AuthorityId.of(certificate))));
    }

    /** Opens all that there are files of, adds the rows that are missing, and refuses rows without a file. */
    private Map<AuthorityId, Authority> openIssuing() {
        Map<AuthorityId, Entry> registered = new HashMap<>();
        register.all(Role.ISSUING).forEach(entry -> registered.put(entry.id(), entry));
        Map<AuthorityId, Authority> opened = new HashMap<>();
        for (String file : keys.list(ISSUING_PREFIX)) {
            Authority authority = openIssuing(file);
            Entry entry = registered.remove(authority.id());
            if (entry == null) {
                register.add(Role.ISSUING, authority.certificate());
            } else {
                refuseForeign(entry, authority.certificate(), file);
            }
            opened.put(authority.id(), authority);
        }
        registered.keySet().stream().findFirst().ifPresent(id -> refuseMissing(Role.ISSUING, file(id)));
        return opened;
    }

    private Authority openIssuing(String file) {
        StoredKey stored = keys.load(file).orElseThrow();
        Authority authority = authority(stored, "SHA256withECDSA");
        if (authority == null) {
            throw new AuthorityException("The issuing authority's private key is missing from keys/" + file
                    + ".pem. Restore the data directory from a backup.");
        }
        if (!file.equals(file(authority.id()))) {
            throw new AuthorityException("The key file keys/" + file + ".pem holds the authority " + authority.id()
                    + ". Restore the data directory from a backup.");
        }
        try {
            authority.certificate().verify(rootCertificate.getPublicKey());
        } catch (GeneralSecurityException e) {
            throw new AuthorityException(
                    "The issuing authority in keys/" + file + ".pem was not made by the root in keys/" + ROOT
                            + ".pem. Restore both from the same backup.",
                    e);
        }
        return authority;
    }

    private Authority makeIssuing() {
        Authority signer = root;
        if (signer == null) {
            throw new AuthorityException(
                    "An issuing authority is made with the root's private key, which is not on this server. Bring it"
                            + " back with 'bin/server root import FILE', try again, and take it away afterwards with"
                            + " 'bin/server root remove FILE'.");
        }
        KeyPair pair = KeyPairs.p256(random);
        X509Certificate certificate = certificates.issuing(pair.getPublic(), unusedId(), signer);
        StoredKey stored = new StoredKey(pair.getPrivate(), List.of(certificate, rootCertificate));
        Authority authority = authority(stored, "SHA256withECDSA");
        if (authority == null) {
            throw new IllegalStateException("the key was just made");
        }
        keys.store(file(authority.id()), pair.getPrivate(), stored.chain());
        register.add(Role.ISSUING, certificate);
        LOG.info("Made {}", certificate.getSubjectX500Principal());
        return authority;
    }

    /** The root's counts as used, too: names of authorities must differ in nothing else. */
    private AuthorityId unusedId() {
        Set<AuthorityId> used = new HashSet<>();
        used.add(AuthorityId.of(rootCertificate));
        register.all(Role.ISSUING).forEach(entry -> used.add(entry.id()));
        return Stream.generate(() -> AuthorityId.fresh(random))
                .filter(id -> !used.contains(id))
                .findFirst()
                .orElseThrow();
    }

    private static String file(AuthorityId id) {
        return ISSUING_PREFIX + id;
    }

    private static @Nullable Authority authority(StoredKey stored, String algorithm) {
        PrivateKey key = stored.privateKey();
        if (key == null) {
            return null;
        }
        X509Certificate certificate = stored.certificate();
        return new Authority(certificate, new SoftwareSigner(key, certificate.getPublicKey(), algorithm));
    }

    /** What the database says about the turns, once a first start that was interrupted has been completed. */
    private Succession succession(Map<AuthorityId, Authority> issuing) {
        List<Entry> entries = register.all(Role.ISSUING);
        List<Turn> turns = register.turns();
        if (turns.isEmpty()) {
            register.begin(1, entries.getFirst().id());
            turns = register.turns();
        }
        Map<AuthorityId, IssuingAuthority> all = new HashMap<>();
        for (Entry entry : entries) {
            Authority authority = issuing.get(entry.id());
            if (authority == null) {
                throw new AuthorityException(
                        "Another server on this database made " + entry.id() + ". Restart this one.");
            }
            all.put(entry.id(), inTurn(authority, entry, turns));
        }
        Turn last = turns.getLast();
        IssuingAuthority current = all.get(last.authority());
        if (current == null) {
            throw new AuthorityException("The database has no row for the current issuing authority " + last.authority()
                    + ". Restore the data directory from a backup.");
        }
        return new Succession(Map.copyOf(all), current, last.number());
    }

    private static IssuingAuthority inTurn(Authority authority, Entry entry, List<Turn> turns) {
        for (int i = 0; i < turns.size(); i++) {
            if (turns.get(i).authority().equals(authority.id())) {
                Instant end = i + 1 < turns.size() ? turns.get(i + 1).since() : null;
                return new IssuingAuthority(
                        authority, turns.get(i).number(), turns.get(i).since(), end, entry.withdrawal());
            }
        }
        return new IssuingAuthority(authority, 0, null, null, entry.withdrawal());
    }

    /** The root's certificate: what devices pin. */
    public X509Certificate rootCertificate() {
        return rootCertificate;
    }

    /** The root's identifier. */
    public AuthorityId rootId() {
        return AuthorityId.of(rootCertificate);
    }

    /** The root with its key, unless the key was taken off this server. */
    public Optional<Authority> root() {
        return Optional.ofNullable(root);
    }

    /** The authority that signs new certificates. */
    public Authority issuing() {
        return succession.current().authority();
    }

    /** The certificate of the authority that signs new certificates. */
    public X509Certificate issuingCertificate() {
        return issuing().certificate();
    }

    /** All issuing authorities: the current one, the retired ones from the last to the first, those whose turn has not come. */
    public List<IssuingAuthority> issuers() {
        return succession.all().values().stream()
                .sorted(Comparator.comparingLong(IssuingAuthority::turn)
                        .reversed()
                        .thenComparing(issuer -> issuer.id().digits()))
                .toList();
    }

    /** The issuing authority with this identifier, or nothing. */
    public Optional<IssuingAuthority> issuer(AuthorityId id) {
        return Optional.ofNullable(succession.all().get(id));
    }

    /**
     * The issuing authority that a person names.
     *
     * @param name its identifier, or {@code current}
     */
    public Optional<IssuingAuthority> issuerNamed(String name) {
        return name.equals("current")
                ? Optional.of(succession.current())
                : AuthorityId.parse(name).flatMap(this::issuer);
    }

    /**
     * The authority whose name a certificate gives as its issuer.
     *
     * @throws IllegalArgumentException when it is none of ours
     */
    public Authority issuerOf(X509Certificate certificate) {
        return succession.all().values().stream()
                .map(IssuingAuthority::authority)
                .filter(authority ->
                        authority.certificate().getSubjectX500Principal().equals(certificate.getIssuerX500Principal()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("the certificate is not of this authority"));
    }

    /**
     * A certificate and its issuer, for whoever knows the root.
     *
     * @throws IllegalArgumentException when the certificate is none of ours
     */
    public List<X509Certificate> chainOf(X509Certificate certificate) {
        return List.of(certificate, issuerOf(certificate).certificate());
    }

    /** The same and the root. */
    public List<X509Certificate> chainWithRootOf(X509Certificate certificate) {
        return List.of(certificate, issuerOf(certificate).certificate(), rootCertificate);
    }

    /**
     * An issuing authority to take the current one's place: one that was made within the last day, and whose turn did not come
     * because something went wrong then, or else a new one.
     *
     * @throws AuthorityException when the root's key is not at hand, or something cannot be stored
     */
    public IssuingAuthority prepareIssuing() {
        changing.lock();
        try {
            Optional<IssuingAuthority> waiting =
                    issuers().stream().filter(this::isWaiting).findFirst();
            if (waiting.isPresent()) {
                return waiting.get();
            }
            Authority made = makeIssuing();
            IssuingAuthority prepared = new IssuingAuthority(made, 0, null, null, null);
            Map<AuthorityId, IssuingAuthority> all = new HashMap<>(succession.all());
            all.put(made.id(), prepared);
            succession = new Succession(Map.copyOf(all), succession.current(), succession.turn());
            return prepared;
        } finally {
            changing.unlock();
        }
    }

    /** Whether an authority was made so short a time ago that its turn can still come. */
    public boolean isWaiting(IssuingAuthority issuer) {
        return issuer.state() == IssuingAuthority.State.PREPARED
                && !issuer.isRevoked()
                && clock.instant()
                        .isBefore(
                                issuer.certificate().getNotBefore().toInstant().plus(PREPARED_FOR));
    }

    /**
     * Makes an authority current whose turn has not come, and so retires the present one.
     *
     * @param record what is stored in the same transaction
     * @throws AuthorityException when another server on this database did the same at this moment
     */
    public IssuingAuthority makeCurrent(IssuingAuthority prepared, TransactionTemplate transactions, Runnable record) {
        changing.lock();
        try {
            transactions.executeWithoutResult(_ -> {
                register.begin(succession.turn() + 1, prepared.id());
                record.run();
            });
            Map<AuthorityId, Authority> issuing = new HashMap<>();
            succession.all().forEach((id, issuer) -> issuing.put(id, issuer.authority()));
            succession = succession(issuing);
            LOG.info(
                    "Certificates are issued by {} from now on",
                    issuingCertificate().getSubjectX500Principal());
            return succession.current();
        } finally {
            changing.unlock();
        }
    }

    /**
     * Notes, for good, that an issuing authority's own certificate is revoked. Signing the root's list that says so is the caller's.
     *
     * @param issuing not the current one
     * @param record what is stored in the same transaction
     * @throws AuthorityException when another server on this database changed it at this moment
     */
    public IssuingAuthority withdraw(
            IssuingAuthority issuing, Withdrawal withdrawal, TransactionTemplate transactions, Runnable record) {
        changing.lock();
        try {
            transactions.executeWithoutResult(_ -> {
                register.withdraw(issuing.id(), withdrawal);
                record.run();
            });
            // Not read again: it is in force whatever becomes of the database from here on.
            IssuingAuthority revoked = Objects.requireNonNull(
                            succession.all().get(issuing.id()), "an authority stays for good")
                    .revoked(withdrawal);
            Map<AuthorityId, IssuingAuthority> all = new HashMap<>(succession.all());
            all.put(revoked.id(), revoked);
            succession = new Succession(Map.copyOf(all), succession.current(), succession.turn());
            LOG.info("The certificate of {} is revoked", revoked.certificate().getSubjectX500Principal());
            return revoked;
        } finally {
            changing.unlock();
        }
    }

    /** All issuing authorities whose own certificate is revoked, the first first. */
    public List<IssuingAuthority> revokedIssuers() {
        return succession.revoked();
    }

    /** Whether this is the certificate of an issuing authority that is revoked. One look-up in memory. */
    public boolean hasRevoked(X509Certificate issuer) {
        return succession.revoked().stream()
                .anyMatch(revoked -> revoked.certificate().equals(issuer));
    }

    /**
     * The root's private key and certificate, PEM, under a passphrase of their own.
     *
     * @throws AuthorityException when the key is not at hand, or the passphrase is too short
     */
    public byte[] exportRoot(String passphrase) {
        PrivateKey key = keys.load(ROOT).map(StoredKey::privateKey).orElse(null);
        if (key == null) {
            throw new AuthorityException(
                    "The root's private key is not on this server: there is nothing to export, and the export that it"
                            + " was removed with is the one to keep.");
        }
        return RootExport.seal(key, rootCertificate, passphrase, random);
    }

    /**
     * Checks that an export can be opened and holds this root's private key.
     *
     * @throws AuthorityException when it cannot, or does not
     */
    public void verifyExport(byte[] export, String passphrase) {
        RootExport.open(export, passphrase, rootCertificate);
    }

    /**
     * Takes the root's private key off this server, after an export was read back that holds it. Taking away what is not here changes
     * nothing and succeeds.
     *
     * @throws AuthorityException when the export cannot be used
     */
    public void removeRoot(byte[] export, String passphrase) {
        verifyExport(export, passphrase);
        changing.lock();
        try {
            keys.storeWithoutKey(ROOT, List.of(rootCertificate));
            root = null;
            LOG.info("The private key of {} was removed", rootCertificate.getSubjectX500Principal());
        } finally {
            changing.unlock();
        }
    }

    /**
     * Brings the root's private key back from an export. Bringing back what is here changes nothing and succeeds.
     *
     * @throws AuthorityException when the export cannot be used
     */
    public void importRoot(byte[] export, String passphrase) {
        PrivateKey key = RootExport.open(export, passphrase, rootCertificate);
        changing.lock();
        try {
            if (root == null) {
                keys.store(ROOT, key, List.of(rootCertificate));
                root = authority(new StoredKey(key, List.of(rootCertificate)), "SHA384withECDSA");
                LOG.info("The private key of {} is back", rootCertificate.getSubjectX500Principal());
            }
        } finally {
            changing.unlock();
        }
    }

    /** SHA-256 of the root's SubjectPublicKeyInfo, 32 bytes: the pin in every invite. */
    public byte[] rootSpkiSha256() {
        return Certificates.spkiSha256Bytes(rootCertificate.getPublicKey());
    }

    /** What health looks at. */
    public AuthorityFacts facts() {
        return new AuthorityFacts(
                notAfter(rootCertificate), notAfter(issuingCertificate()), keys.encrypted(), root != null);
    }

    private static Instant notAfter(X509Certificate certificate) {
        return certificate.getNotAfter().toInstant();
    }
}
