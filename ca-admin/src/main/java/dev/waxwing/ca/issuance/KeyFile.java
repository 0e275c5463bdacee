package dev.waxwing.ca.issuance;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.DERBMPString;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.pkcs.PKCS12PfxPduBuilder;
import org.bouncycastle.pkcs.PKCS12SafeBag;
import org.bouncycastle.pkcs.PKCS12SafeBagBuilder;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.bc.BcPKCS12MacCalculatorBuilder;

/**
 * A private key and its certificates in one file, PKCS#12 (RFC 7292): PBES2 with PBKDF2-HMAC-SHA-256 and AES-256, and a MAC with
 * HMAC-SHA-256. The file is a secret as good as its password.
 */
public final class KeyFile {

    /** Others than ASCII are spelled differently by OpenSSL and Java. */
    private static final Pattern PASSWORD = Pattern.compile("[\\x20-\\x7e]{12,64}");

    /** Without letters that look alike; 32 of them, so that each is five bits. */
    private static final String ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

    /** Of PBKDF2 for the key and for the certificates, and of the MAC, by any of which a password can be tried. */
    static final int ITERATIONS = 600_000;

    static final int ITERATIONS_FOR_RANDOM = 10_000;

    private static final int GROUPS = 5;
    private static final int GROUP_LENGTH = 5;

    private final byte[] content;

    private KeyFile(byte[] content) {
        this.content = content;
    }

    /** A file with this key, and its certificate at the head of the chain, under a password that a person chose. */
    static KeyFile of(String name, PrivateKey key, List<X509Certificate> chain, String password, SecureRandom random) {
        return of(name, key, chain, password, ITERATIONS, random);
    }

    /** The same under a {@link #newPassword}, which nobody guesses however fast it goes. */
    static KeyFile underNewPassword(
            String name, PrivateKey key, List<X509Certificate> chain, String password, SecureRandom random) {
        return of(name, key, chain, password, ITERATIONS_FOR_RANDOM, random);
    }

    private static KeyFile of(
            String name,
            PrivateKey key,
            List<X509Certificate> chain,
            String password,
            int iterations,
            SecureRandom random) {
        try {
            PKCS12PfxPduBuilder file = new PKCS12PfxPduBuilder();
            file.addData(named(
                    new PKCS12SafeBagBuilder(
                            PrivateKeyInfo.getInstance(key.getEncoded()),
                            new PasswordEncryption(password, iterations, random)),
                    name,
                    chain.getFirst()));
            file.addEncryptedData(new PasswordEncryption(password, iterations, random), certificates(name, chain));
            var sha256 = new AlgorithmIdentifier(NISTObjectIdentifiers.id_sha256, DERNull.INSTANCE);
            var mac = new BcPKCS12MacCalculatorBuilder(new SHA256Digest(), sha256).setIterationCount(iterations);
            return new KeyFile(file.build(mac, password.toCharArray()).getEncoded());
        } catch (GeneralSecurityException | PKCSException | IOException e) {
            throw new IllegalStateException("every Java platform has what PKCS#12 needs", e);
        }
    }

    /** The certificate of the key has the key's name; those above it are found by their own. */
    private static PKCS12SafeBag[] certificates(String name, List<X509Certificate> chain)
            throws GeneralSecurityException, IOException {
        List<PKCS12SafeBag> bags = new ArrayList<>();
        for (X509Certificate certificate : chain) {
            PKCS12SafeBagBuilder bag = new PKCS12SafeBagBuilder(new JcaX509CertificateHolder(certificate));
            bags.add(bags.isEmpty() ? named(bag, name, certificate) : bag.build());
        }
        return bags.toArray(PKCS12SafeBag[]::new);
    }

    private static PKCS12SafeBag named(PKCS12SafeBagBuilder bag, String name, X509Certificate certificate)
            throws GeneralSecurityException {
        var id = new JcaX509ExtensionUtils().createSubjectKeyIdentifier(certificate.getPublicKey());
        return bag.addBagAttribute(PKCS12SafeBag.friendlyNameAttribute, new DERBMPString(name))
                .addBagAttribute(PKCS12SafeBag.localKeyIdAttribute, id)
                .build();
    }

    /** Whether a password is long enough, and the same to every program. */
    static boolean isPassword(String password) {
        return PASSWORD.matcher(password).matches();
    }

    /** A password of 125 random bits that people can read out. */
    static String newPassword(SecureRandom random) {
        StringBuilder password = new StringBuilder();
        for (int i = 0; i < GROUPS * GROUP_LENGTH; i++) {
            if (i > 0 && i % GROUP_LENGTH == 0) {
                password.append('-');
            }
            password.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return password.toString();
    }

    /** The bytes of the file. */
    public byte[] content() {
        return content.clone();
    }
}
