package dev.waxwing.ca.authority;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The private keys of a server, in {@code data-dir/keys}: one PEM file each, that holds the encrypted key (PKCS#8, PBES2) and,
 * where it has one, its certificate chain, so that the two are always replaced together.
 *
 * <p>Used by the thread that starts the server and by the one that renews; each call stands alone.
 */
public final class KeyStorage {

    private static final Logger LOG = LoggerFactory.getLogger(KeyStorage.class);
    private static final String KEY_FILE = "key-file";
    private static final long MAX_FILE_SIZE = 64 * 1024L;

    private final AtomicFiles files;
    private final SecureRandom random;
    private final Passphrase passphrase;
    private final @Nullable Passphrase former;
    private final boolean encrypted;

    private KeyStorage(
            AtomicFiles files,
            SecureRandom random,
            Passphrase passphrase,
            @Nullable Passphrase former,
            boolean encrypted) {
        this.files = files;
        this.random = random;
        this.passphrase = passphrase;
        this.former = former;
        this.encrypted = encrypted;
    }

    /**
     * Opens the keys of a data directory, which is made on first use.
     *
     * @throws AuthorityException when directory or passphrase cannot be used; the message says what to do
     */
    public static KeyStorage open(DataDirectory directory, KeysProperties properties, SecureRandom random) {
        try {
            AtomicFiles files = AtomicFiles.in(directory.keys());
            Path chosen = properties.passphraseFile();
            if (chosen == null) {
                return new KeyStorage(files, random, keyFile(files, random), null, false);
            }
            refuseInside(directory, chosen);
            Passphrase former = files.exists(KEY_FILE) ? Passphrase.generated(text(files.path(KEY_FILE))) : null;
            return new KeyStorage(
                    files,
                    random,
                    Passphrase.chosen(passphraseText(chosen), "waxwing.keys.passphrase-file: the passphrase"),
                    former,
                    true);
        } catch (IOException e) {
            throw new AuthorityException("The key directory " + directory.keys() + " cannot be used: " + e, e);
        }
    }

    private static void refuseInside(DataDirectory directory, Path chosen) throws IOException {
        Path data = directory.dataDir().toRealPath();
        Path file = chosen.toAbsolutePath().normalize();
        if (file.startsWith(data) || (Files.exists(file) && file.toRealPath().startsWith(data))) {
            throw new AuthorityException(
                    "waxwing.keys.passphrase-file lies inside the data directory, where whoever copies the"
                            + " keys copies it too. Move it elsewhere.");
        }
    }

    private static String passphraseText(Path file) {
        try {
            return text(file);
        } catch (IOException e) {
            throw new AuthorityException("waxwing.keys.passphrase-file " + file + " cannot be read: " + e, e);
        }
    }

    private static Passphrase keyFile(AtomicFiles files, SecureRandom random) throws IOException {
        if (!files.exists(KEY_FILE)) {
            if (files.exists(CertificateAuthority.ROOT + ".pem")) {
                throw new AuthorityException(
                        "The keys in " + files.path("") + " are locked, and there is neither a key-file beside them"
                                + " nor a waxwing.keys.passphrase-file. Set the passphrase"
                                + " file they were locked with.");
            }
            files.write(KEY_FILE, Passphrase.generate(random));
        }
        return Passphrase.generated(text(files.path(KEY_FILE)));
    }

    private static String text(Path file) throws IOException {
        if (Files.size(file) > MAX_FILE_SIZE) {
            throw new IOException(file + " is larger than any key file");
        }
        return Files.readString(file, StandardCharsets.UTF_8);
    }

    /** Whether a passphrase from outside the data directory locks the keys. */
    public boolean encrypted() {
        return encrypted;
    }

    /**
     * The key file of this name, or nothing when there is none.
     *
     * @throws AuthorityException when there is one that cannot be opened
     */
    public Optional<StoredKey> load(String name) {
        String fileName = name + ".pem";
        if (!files.exists(fileName)) {
            return Optional.empty();
        }
        try {
            List<Pem> blocks = Pem.read(text(files.path(fileName)));
            List<X509Certificate> chain = certificates(blocks);
            Optional<Pem> key = blocks.stream().filter(Pem::isEncryptedKey).findFirst();
            PrivateKey privateKey = key.isPresent() ? unlock(name, key.get().content(), chain) : null;
            return Optional.of(new StoredKey(privateKey, chain));
        } catch (IOException | GeneralSecurityException e) {
            throw cannotOpen(fileName, e);
        }
    }

    private static List<X509Certificate> certificates(List<Pem> blocks) throws GeneralSecurityException {
        List<X509Certificate> chain = new ArrayList<>();
        for (Pem block : blocks) {
            if (block.isCertificate()) {
                chain.add(Certificates.parse(block.content()));
            }
        }
        if (chain.isEmpty()) {
            throw new GeneralSecurityException("it holds no certificate");
        }
        return chain;
    }

    private PrivateKey unlock(String name, byte[] encryptedKey, List<X509Certificate> chain)
            throws GeneralSecurityException, IOException {
        PrivateKey key;
        try {
            key = KeyEncryption.decrypt(encryptedKey, passphrase);
        } catch (GeneralSecurityException e) {
            if (former == null) {
                throw new GeneralSecurityException("the passphrase does not fit", e);
            }
            key = KeyEncryption.decrypt(encryptedKey, former);
            store(name, key, chain);
            LOG.info("Locked the key {} with the configured passphrase", name);
        }
        if (!KeyPairs.belongTogether(key, chain.getFirst().getPublicKey())) {
            throw new GeneralSecurityException("key and certificate do not belong together");
        }
        return key;
    }

    /**
     * Puts a key and its chain in place of what was there under this name, as one step.
     *
     * @throws AuthorityException when they cannot be written; what was there is then still there
     */
    public void store(String name, PrivateKey key, List<X509Certificate> chain) {
        try {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.writeBytes(Pem.encryptedKey(KeyEncryption.encrypt(key, passphrase, random))
                    .bytes());
            for (X509Certificate certificate : chain) {
                out.writeBytes(Pem.certificate(certificate).bytes());
            }
            files.write(name + ".pem", out.toByteArray());
        } catch (IOException | GeneralSecurityException e) {
            throw new AuthorityException("The key file " + files.path(name + ".pem") + " cannot be written: " + e, e);
        }
    }

    /**
     * Puts certificates without a key in place of what was there under this name, as one step: the key is gone.
     *
     * @throws AuthorityException when they cannot be written; what was there is then still there
     */
    public void storeWithoutKey(String name, List<X509Certificate> chain) {
        write(name, Pem.certificates(chain).getBytes(StandardCharsets.US_ASCII));
    }

    /** The names of all key files that begin like this, in order. */
    public List<String> list(String prefix) {
        try {
            return files.names(".pem").stream()
                    .filter(name -> name.startsWith(prefix))
                    .toList();
        } catch (IOException e) {
            throw new AuthorityException("The key directory " + files.path("") + " cannot be read: " + e, e);
        }
    }

    /**
     * Gives a key file another name, as one step; a file that has it already is replaced.
     *
     * @throws AuthorityException when that cannot be done; it then still has the old one
     */
    public void rename(String from, String to) {
        try {
            files.rename(from + ".pem", to + ".pem");
        } catch (IOException e) {
            throw new AuthorityException(
                    "The key file " + files.path(from + ".pem") + " cannot be renamed to " + to + ".pem: " + e, e);
        }
    }

    /** Removes a key file, if there is one. */
    public void delete(String name) {
        try {
            files.delete(name + ".pem");
        } catch (IOException e) {
            throw new AuthorityException("The key file " + files.path(name + ".pem") + " cannot be removed: " + e, e);
        }
    }

    private void write(String name, byte[] content) {
        try {
            files.write(name + ".pem", content);
        } catch (IOException e) {
            throw new AuthorityException("The key file " + files.path(name + ".pem") + " cannot be written: " + e, e);
        }
    }

    /**
     * The key that has no certificate, or nothing when there is none of this name.
     *
     * @throws AuthorityException when there is one that cannot be opened
     */
    public Optional<PrivateKey> loadBare(String name) {
        String fileName = name + ".pem";
        if (!files.exists(fileName)) {
            return Optional.empty();
        }
        try {
            List<Pem> blocks = Pem.read(text(files.path(fileName)));
            if (blocks.size() != 1 || !blocks.getFirst().isEncryptedKey()) {
                throw new GeneralSecurityException("it does not hold one encrypted key");
            }
            return Optional.of(unlockBare(name, blocks.getFirst().content()));
        } catch (IOException | GeneralSecurityException e) {
            throw cannotOpen(fileName, e);
        }
    }

    private PrivateKey unlockBare(String name, byte[] encryptedKey) throws GeneralSecurityException {
        try {
            return KeyEncryption.decrypt(encryptedKey, passphrase);
        } catch (GeneralSecurityException e) {
            if (former == null) {
                throw new GeneralSecurityException("the passphrase does not fit", e);
            }
            PrivateKey key = KeyEncryption.decrypt(encryptedKey, former);
            storeBare(name, key);
            LOG.info("Locked the key {} with the configured passphrase", name);
            return key;
        }
    }

    /**
     * Puts a key that has no certificate in place of what was there under this name, as one step.
     *
     * @throws AuthorityException when it cannot be written; what was there is then still there
     */
    public void storeBare(String name, PrivateKey key) {
        try {
            Pem locked = Pem.encryptedKey(KeyEncryption.encrypt(key, passphrase, random));
            files.write(name + ".pem", locked.bytes());
        } catch (IOException | GeneralSecurityException e) {
            throw new AuthorityException("The key file " + files.path(name + ".pem") + " cannot be written: " + e, e);
        }
    }

    private AuthorityException cannotOpen(String fileName, Exception e) {
        return new AuthorityException(
                "The key file " + files.path(fileName) + " cannot be opened (" + e.getMessage()
                        + "). Check waxwing.keys.passphrase-file, or restore the data directory from a backup.",
                e);
    }

    /**
     * Removes a generated key file that no key needs any more. Every key is opened before, because nobody may need it in this run.
     */
    public void forgetFormerKeyFile() {
        if (former == null) {
            return;
        }
        try {
            for (String name : files.names(".pem")) {
                if (Pem.read(text(files.path(name + ".pem"))).stream().anyMatch(Pem::isCertificate)) {
                    load(name);
                } else {
                    loadBare(name);
                }
            }
            files.delete(KEY_FILE);
        } catch (IOException e) {
            throw new AuthorityException("The former key file " + files.path(KEY_FILE) + " cannot be removed: " + e, e);
        }
    }
}
