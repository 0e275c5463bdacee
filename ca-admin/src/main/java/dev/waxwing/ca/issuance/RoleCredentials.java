package dev.waxwing.ca.issuance;

import dev.waxwing.ca.authority.AuthorityId;
import dev.waxwing.ca.authority.CertificateAuthority;
import dev.waxwing.ca.authority.IssuingAuthority;
import dev.waxwing.ca.authority.KeyPairs;
import dev.waxwing.ca.authority.KeyStorage;
import dev.waxwing.ca.authority.StoredKey;
import dev.waxwing.ca.inventory.CertificateEntry;
import dev.waxwing.ca.inventory.Inventory;
import dev.waxwing.ca.inventory.SerialNumber;
import dev.waxwing.trust.CertificateLife;
import dev.waxwing.trust.Credential;
import dev.waxwing.trust.PeerName;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server's own keys, one for each thing that it signs: the channel, receipts, and the OCSP answers of each issuing authority. Made
 * on the first start, renewed with a new key in the last third of their lifetime, and at once when one was revoked or, channel and
 * receipts, when another authority has become current.
 *
 * <p>Any thread may read; {@link #renewWhereDue} works under a lock of its own.
 */
public final class RoleCredentials {

    private static final Logger LOG = LoggerFactory.getLogger(RoleCredentials.class);

    private static final String RESPONDER_PREFIX = "ocsp-";

    /** The only responder's file, before there could be several issuing authorities. */
    private static final String ONLY_RESPONDER = "ocsp";

    private final KeyStorage keys;
    private final CertificateAuthority authority;
    private final IssuersInService issuers;
    private final Issuance issuance;
    private final Inventory inventory;
    private final PeerName name;
    private final Clock clock;
    private final SecureRandom random;
    private final Map<Profile, Credential> current = new ConcurrentHashMap<>();
    private final Map<AuthorityId, Credential> responders = new ConcurrentHashMap<>();
    private final ReentrantLock renewal = new ReentrantLock();

    /** Opens the credentials, and makes those that are missing or due. */
    public RoleCredentials(
            KeyStorage keys,
            CertificateAuthority authority,
            IssuersInService issuers,
            Issuance issuance,
            Inventory inventory,
            PkiProperties properties,
            Clock clock,
            SecureRandom random) {
        this.keys = keys;
        this.authority = authority;
        this.issuers = issuers;
        this.issuance = issuance;
        this.inventory = inventory;
        this.name = new PeerName(properties.serverName());
        this.clock = clock;
        this.random = random;
        for (Profile profile : new Profile[] {Profiles.SERVER, Profiles.RECEIPT}) {
            current.put(profile, load(profile.name()).orElseGet(() -> renew(profile)));
        }
        nameOnlyResponder();
        for (IssuingAuthority issuer : issuers.all()) {
            load(file(issuer.id())).ifPresent(credential -> responders.put(issuer.id(), credential));
        }
        keys.forgetFormerKeyFile();
        renewWhereDue();
    }

    private void nameOnlyResponder() {
        load(ONLY_RESPONDER)
                .map(Credential::certificate)
                .ifPresent(certificate -> keys.rename(
                        ONLY_RESPONDER, file(authority.issuerOf(certificate).id())));
    }

    private static String file(AuthorityId issuer) {
        return RESPONDER_PREFIX + issuer;
    }

    /** The server's key on the channel, with its chain up to the issuing authority. Ask again for each handshake. */
    public Credential server() {
        return credential(Profiles.SERVER);
    }

    /** The key that signs receipts. Ask again for each receipt. */
    public Credential receipt() {
        return credential(Profiles.RECEIPT);
    }

    /** The key that signs OCSP answers for this authority; nothing when it has nothing to answer for any more, or is revoked. */
    public Optional<Credential> responder(AuthorityId issuer) {
        return Optional.ofNullable(responders.get(issuer));
    }

    /** Whether what this server shows to devices, or signs receipts with, is certified by an authority. */
    public boolean areOf(AuthorityId issuer) {
        return current.values().stream()
                .anyMatch(credential ->
                        authority.issuerOf(credential.certificate()).id().equals(issuer));
    }

    private Credential credential(Profile profile) {
        Credential credential = current.get(profile);
        if (credential == null) {
            throw new IllegalStateException("the constructor makes every credential");
        }
        return credential;
    }

    /**
     * Makes new keys and certificates where the present ones come to their end, were revoked, or are of another issuer. Responders
     * come first: whoever is shown a certificate of an authority asks for its status.
     */
    public void renewWhereDue() {
        renewal.lock();
        try {
            // A revoked authority certifies nobody any more, not even a responder: it signs its answers itself.
            List<IssuingAuthority> answering =
                    issuers.all().stream().filter(issuer -> !issuer.isRevoked()).toList();
            answering.forEach(this::renewResponder);
            forgetAllBut(answering.stream().map(IssuingAuthority::id).toList());
            X509Certificate issuer = authority.issuingCertificate();
            current.keySet().stream()
                    .filter(profile -> isDue(credential(profile).certificate(), issuer))
                    .forEach(profile -> current.put(profile, renew(profile)));
        } finally {
            renewal.unlock();
        }
    }

    private void renewResponder(IssuingAuthority issuer) {
        Credential present = responders.get(issuer.id());
        if (present == null || isDue(present.certificate(), issuer.certificate())) {
            KeyPair pair = KeyPairs.p256(random);
            CertificateOrder order = CertificateOrder.responder(pair.getPublic(), name, issuer.authority());
            responders.put(issuer.id(), issue(order, pair, file(issuer.id()), present));
        }
    }

    /** The key of a responder whose authority has nothing to answer for is of no use to anybody but a thief. */
    private void forgetAllBut(List<AuthorityId> answering) {
        keys.list(RESPONDER_PREFIX).stream()
                .filter(file -> answering.stream().noneMatch(id -> file(id).equals(file)))
                .forEach(keys::delete);
        responders.keySet().retainAll(answering);
    }

    private Optional<Credential> load(String file) {
        return keys.load(file).flatMap(RoleCredentials::credential);
    }

    private static Optional<Credential> credential(StoredKey stored) {
        PrivateKey key = stored.privateKey();
        return key == null ? Optional.empty() : Optional.of(new Credential(key, stored.chain()));
    }

    private boolean isDue(X509Certificate certificate, X509Certificate issuer) {
        Optional<CertificateEntry> entry = inventory.find(SerialNumber.of(certificate));
        return endsSoon(certificate, issuer)
                || !certificate.getIssuerX500Principal().equals(issuer.getSubjectX500Principal())
                || entry.isEmpty()
                || entry.get().revoked()
                || !entry.get().name().equals(name.value());
    }

    /** What ends with its issuer cannot be replaced by anything that lives longer. */
    private boolean endsSoon(X509Certificate certificate, X509Certificate issuer) {
        CertificateLife life = CertificateLife.of(certificate);
        return clock.instant().isAfter(life.renewalDue())
                && life.notAfter().isBefore(issuer.getNotAfter().toInstant());
    }

    private Credential renew(Profile profile) {
        KeyPair pair = KeyPairs.p256(random);
        return issue(CertificateOrder.own(pair.getPublic(), name, profile), pair, profile.name(), current.get(profile));
    }

    private Credential issue(CertificateOrder order, KeyPair pair, String file, @Nullable Credential former) {
        String profile = order.profile().name();
        return switch (issuance.issue(order)) {
            case IssuanceResult.Issued(var issued) -> {
                keys.store(file, pair.getPrivate(), issued.chain());
                if (former != null) {
                    inventory.supersede(SerialNumber.of(former.certificate()), issued.serialNumber());
                }
                LOG.info(
                        "Issued this server's own certificate: profile {}, name {}, by {}, valid until {}",
                        profile,
                        name,
                        issued.issuer().getSubjectX500Principal().getName(),
                        issued.certificate().getNotAfter().toInstant());
                yield new Credential(pair.getPrivate(), issued.chain());
            }
            case IssuanceResult.Refused(var fault, var reference) ->
                throw new IllegalStateException("The " + profile + " certificate of this server could not be made ("
                        + fault.code() + ", reference " + reference + "): " + fault.message());
        };
    }
}
