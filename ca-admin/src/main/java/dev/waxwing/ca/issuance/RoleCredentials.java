package dev.waxwing.ca.issuance;

import dev.waxwing.ca.authority.CertificateAuthority;
import dev.waxwing.ca.authority.KeyPairs;
import dev.waxwing.ca.authority.KeyStorage;
import dev.waxwing.ca.authority.StoredKey;
import dev.waxwing.ca.inventory.CertificateEntry;
import dev.waxwing.ca.inventory.Inventory;
import dev.waxwing.ca.inventory.SerialNumber;
import dev.waxwing.trust.Credential;
import dev.waxwing.trust.PeerName;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server's own keys, one for each thing that it signs: the channel, receipts, OCSP answers. Made on the first start, renewed
 * with a new key in the last third of their lifetime, and at once when one was revoked.
 *
 * <p>Any thread may read; {@link #renewWhereDue} works under a lock of its own.
 */
public final class RoleCredentials {

    private static final Logger LOG = LoggerFactory.getLogger(RoleCredentials.class);

    private final KeyStorage keys;
    private final CertificateAuthority authority;
    private final Issuance issuance;
    private final Inventory inventory;
    private final PeerName name;
    private final Clock clock;
    private final SecureRandom random;
    private final Map<Profile, Credential> current = new ConcurrentHashMap<>();
    private final ReentrantLock renewal = new ReentrantLock();

    /** Opens the credentials, and makes those that are missing or due. */
    public RoleCredentials(
            KeyStorage keys,
            CertificateAuthority authority,
            Issuance issuance,
            Inventory inventory,
            PkiProperties properties,
            Clock clock,
            SecureRandom random) {
        this.keys = keys;
        this.authority = authority;
        this.issuance = issuance;
        this.inventory = inventory;
        this.name = new PeerName(properties.serverName());
        this.clock = clock;
        this.random = random;
        for (Profile profile : new Profile[] {Profiles.SERVER, Profiles.RECEIPT, Profiles.OCSP}) {
            current.put(profile, load(profile).orElseGet(() -> renew(profile)));
        }
        keys.forgetFormerKeyFile();
        renewWhereDue();
    }

    /** The server's key on the channel, with its chain up to the issuing authority. Ask again for each handshake. */
    public Credential server() {
        return credential(Profiles.SERVER);
    }

    /** The key that signs receipts. Ask again for each receipt. */
    public Credential receipt() {
        return credential(Profiles.RECEIPT);
    }

    /** The key that signs OCSP answers. */
    public Credential ocsp() {
        return credential(Profiles.OCSP);
    }

    private Credential credential(Profile profile) {
        Credential credential = current.get(profile);
        if (credential == null) {
            throw new IllegalStateException("the constructor makes every credential");
        }
        return credential;
    }

    /** Makes new keys and certificates where the present ones come to their end, were revoked, or are of another issuer. */
    public void renewWhereDue() {
        renewal.lock();
        try {
            current.keySet().stream()
                    .filter(profile -> isDue(credential(profile).certificate()))
                    .forEach(profile -> current.put(profile, renew(profile)));
        } finally {
            renewal.unlock();
        }
    }

    private Optional<Credential> load(Profile profile) {
        return keys.load(profile.name()).flatMap(RoleCredentials::credential);
    }

    private static Optional<Credential> credential(StoredKey stored) {
        PrivateKey key = stored.privateKey();
        return key == null ? Optional.empty() : Optional.of(new Credential(key, stored.chain()));
    }

    private boolean isDue(X509Certificate certificate) {
        Instant end = certificate.getNotAfter().toInstant();
        Duration lifetime = Duration.between(certificate.getNotBefore().toInstant(), end);
        Optional<CertificateEntry> entry = inventory.find(SerialNumber.of(certificate));
        return clock.instant().isAfter(end.minus(lifetime.dividedBy(3)))
                || !certificate
                        .getIssuerX500Principal()
                        .equals(authority.issuingCertificate().getSubjectX500Principal())
                || entry.isEmpty()
                || entry.get().revoked()
                || !entry.get().name().equals(name.value());
    }

    private Credential renew(Profile profile) {
        KeyPair pair = KeyPairs.p256(random);
        return switch (issuance.issue(CertificateOrder.own(pair.getPublic(), name, profile))) {
            case IssuanceResult.Issued(var issued) -> {
                keys.store(profile.name(), pair.getPrivate(), issued.chain());
                LOG.info(
                        "Issued this server's own certificate: profile {}, name {}, valid until {}",
                        profile.name(),
                        name,
                        issued.certificate().getNotAfter().toInstant());
                yield new Credential(pair.getPrivate(), issued.chain());
            }
            case IssuanceResult.Refused(var fault, var reference) ->
                throw new IllegalStateException(
                        "The " + profile.name() + " certificate of this server could not be made (" + fault.code()
                                + ", reference " + reference + "): " + fault.message());
        };
    }
}
