package dev.waxwing.ca.authority;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The root and the issuing authority of one deployment. Made on the first start, opened on every other; immutable afterwards.
 *
 * <p>Each authority is made in two steps that survive an interruption: one file with key and certificate, then a row in the
 * database. A start that finds the file without the row adds the row; one that finds the row without the file, or a file that
 * belongs to another database, refuses.
 */
public final class CertificateAuthority {

    static final String ROOT = "root";
    static final String ISSUING = "issuing";

    private static final Logger LOG = LoggerFactory.getLogger(CertificateAuthority.class);

    private final X509Certificate rootCertificate;
    private final @Nullable Authority root;
    private final Authority issuing;
    private final boolean keysEncrypted;

    private CertificateAuthority(
            X509Certificate rootCertificate, @Nullable Authority root, Authority issuing, boolean keysEncrypted) {
        this.rootCertificate = rootCertificate;
        this.root = root;
        this.issuing = issuing;
        this.keysEncrypted = keysEncrypted;
    }

    /**
     * Opens the authority, or makes it when neither keys nor database know one.
     *
     * @throws AuthorityException when keys and database do not agree, or a key is missing; the message says what to do
     */
    public static CertificateAuthority open(KeyStorage keys, JdbcClient jdbc, Clock clock, SecureRandom random) {
        AuthorityRegister register = new AuthorityRegister(jdbc, clock);
        AuthorityCertificates certificates = new AuthorityCertificates(clock, random);

        StoredKey rootKey = open(ROOT, keys, register).orElseGet(() -> makeRoot(keys, register, certificates, random));
        Authority root = authority(rootKey, "SHA384withECDSA");
        StoredKey issuingKey =
                open(ISSUING, keys, register).orElseGet(() -> makeIssuing(keys, register, certificates, random, root));
        Authority issuing = authority(issuingKey, "SHA256withECDSA");
        if (issuing == null) {
            throw new AuthorityException("The issuing authority's private key is missing from keys/" + ISSUING
                    + ".pem. Restore the data directory from a backup.");
        }
        refuseForeign(issuing.certificate(), rootKey.certificate());
        return new CertificateAuthority(rootKey.certificate(), root, issuing, keys.encrypted());
    }

    private static Optional<StoredKey> open(String role, KeyStorage keys, AuthorityRegister register) {
        Optional<StoredKey> stored = keys.load(role);
        Optional<String> registered = register.spkiSha256(role);
        if (stored.isEmpty()) {
            registered.ifPresent(_ -> {
                throw new AuthorityException(
                        "The database knows a " + role + " authority, but its key file keys/" + role
                                + ".pem is missing. Restore the data directory from a backup; a new key would lock out"
                                + " every device.");
            });
            return stored;
        }
        X509Certificate certificate = stored.get().certificate();
        if (registered.isEmpty()) {
            register.add(role, certificate);
        } else if (!registered.get().equals(Certificates.spkiSha256(certificate.getPublicKey()))) {
            throw new AuthorityException("The key file keys/" + role
                    + ".pem belongs to another database. Keys and database must" + " come from the same backup.");
        }
        return stored;
    }

    private static StoredKey makeRoot(
            KeyStorage keys, AuthorityRegister register, AuthorityCertificates certificates, SecureRandom random) {
        if (register.spkiSha256(ISSUING).isPresent() || keys.load(ISSUING).isPresent()) {
            throw new AuthorityException("There is an issuing authority, but no root: keys/" + ROOT
                    + ".pem is missing. Restore the data directory from a backup.");
        }
        KeyPair pair = KeyPairs.p384(random);
        X509Certificate certificate = certificates.root(pair, label(random));
        keys.store(ROOT, pair.getPrivate(), List.of(certificate));
        register.add(ROOT, certificate);
        LOG.info("Made {}", certificate.getSubjectX500Principal());
        return new StoredKey(pair.getPrivate(), List.of(certificate));
    }

    private static StoredKey makeIssuing(
            KeyStorage keys,
            AuthorityRegister register,
            AuthorityCertificates certificates,
            SecureRandom random,
            @Nullable Authority root) {
        if (root == null) {
            throw new AuthorityException(
                    "There is no issuing authority, and the root's private key is not at hand to make one.");
        }
        KeyPair pair = KeyPairs.p256(random);
        X509Certificate certificate = certificates.issuing(pair.getPublic(), label(random), root);
        List<X509Certificate> chain = List.of(certificate, root.certificate());
        keys.store(ISSUING, pair.getPrivate(), chain);
        register.add(ISSUING, certificate);
        LOG.info("Made {}", certificate.getSubjectX500Principal());
        return new StoredKey(pair.getPrivate(), chain);
    }

    private static @Nullable Authority authority(StoredKey stored, String algorithm) {
        PrivateKey key = stored.privateKey();
        if (key == null) {
            return null;
        }
        X509Certificate certificate = stored.certificate();
        return new Authority(certificate, new SoftwareSigner(key, certificate.getPublicKey(), algorithm));
    }

    private static void refuseForeign(X509Certificate issuing, X509Certificate root) {
        try {
            issuing.verify(root.getPublicKey());
        } catch (GeneralSecurityException e) {
            throw new AuthorityException(
                    "The issuing authority in keys/" + ISSUING + ".pem was not made by the root in keys/" + ROOT
                            + ".pem. Restore both from the same backup.",
                    e);
        }
    }

    private static String label(SecureRandom random) {
        return HexFormat.of().toHexDigits(random.nextInt());
    }

    /** The root's certificate: what devices pin. */
    public X509Certificate rootCertificate() {
        return rootCertificate;
    }

    /** The root with its key, unless the key was taken off this server. */
    public Optional<Authority> root() {
        return Optional.ofNullable(root);
    }

    /** The authority that signs certificates and revocation lists. */
    public Authority issuing() {
        return issuing;
    }

    /** The issuing authority's certificate. */
    public X509Certificate issuingCertificate() {
        return issuing.certificate();
    }

    /** SHA-256 of the root's SubjectPublicKeyInfo, 32 bytes: the pin in every invite. */
    public byte[] rootSpkiSha256() {
        return Certificates.spkiSha256Bytes(rootCertificate.getPublicKey());
    }

    /** What health looks at. */
    public AuthorityFacts facts() {
        return new AuthorityFacts(
                notAfter(rootCertificate), notAfter(issuing.certificate()), keysEncrypted, root != null);
    }

    private static Instant notAfter(X509Certificate certificate) {
        return certificate.getNotAfter().toInstant();
    }
}
