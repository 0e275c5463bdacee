package dev.waxwing.agent.identity;

import dev.waxwing.agent.home.AgentFailure;
import dev.waxwing.agent.home.Home;
import dev.waxwing.agent.home.PrivateFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.PBEParameterSpec;
import org.jspecify.annotations.Nullable;

/**
 * Encrypts private keys as PKCS#8 (PBES2, PBKDF2 with HMAC-SHA-256, AES-256-CBC) under a passphrase that is read from
 * a file: one that its owner names, or one that was made in the home.
 */
public final class KeyProtection {

    /** The passphrase that the home itself keeps. It protects the key only where the home's files leak one by one. */
    public static final String OWN_PASSPHRASE = "key.passphrase";

    private static final String SCHEME = "PBEWithHmacSHA256AndAES_256";
    private static final int SALT_SIZE = 16;
    private static final int IV_SIZE = 16;
    /** A passphrase that a person chose needs a slow derivation. */
    private static final int ROUNDS_FOR_PEOPLE = 600_000;
    /** A passphrase of 256 random bits cannot be guessed however fast the derivation is. */
    private static final int ROUNDS_FOR_RANDOM = 10_000;

    private static final int MAX_PASSPHRASE = 1_024;

    private final Home home;
    private final @Nullable Path passphraseFile;
    private final SecureRandom random;

    /**
     * @param home where a passphrase of its own is kept
     * @param passphraseFile the file that the owner named; null for the home's own
     * @param random source of passphrases and salts
     */
    public KeyProtection(Home home, @Nullable Path passphraseFile, SecureRandom random) {
        this.home = home;
        this.passphraseFile = passphraseFile;
        this.random = random;
    }

    /** Whether the passphrase lies outside of the home, where its owner put it. */
    public boolean isExternal() {
        return passphraseFile != null;
    }

    /** Encrypts a key; makes the home's own passphrase if it is needed and missing. */
    byte[] encrypt(PrivateKey key) throws IOException, AgentFailure {
        char[] passphrase = passphraseFile == null ? ownPassphrase(true) : read(passphraseFile);
        byte[] salt = new byte[SALT_SIZE];
        random.nextBytes(salt);
        byte[] iv = new byte[IV_SIZE];
        random.nextBytes(iv);
        byte[] encoded = key.getEncoded();
        try {
            int rounds = passphraseFile == null ? ROUNDS_FOR_RANDOM : ROUNDS_FOR_PEOPLE;
            Cipher cipher = Cipher.getInstance(SCHEME);
            PBEParameterSpec parameters = new PBEParameterSpec(salt, rounds, new IvParameterSpec(iv));
            cipher.init(Cipher.ENCRYPT_MODE, derive(passphrase), parameters, random);
            // Under its own name the JDK knows no object identifier for the scheme.
            AlgorithmParameters pbes2 = AlgorithmParameters.getInstance("PBES2");
            pbes2.init(cipher.getParameters().getEncoded());
            return new EncryptedPrivateKeyInfo(pbes2, cipher.doFinal(encoded)).getEncoded();
        } catch (GeneralSecurityException unavailable) {
            throw new IllegalStateException("this Java cannot encrypt keys", unavailable);
        } finally {
            Arrays.fill(encoded, (byte) 0);
            Arrays.fill(passphrase, '\0');
        }
    }

    /**
     * Whatever is wrong with a key beyond this, the passphrase is there.
     *
     * @throws AgentFailure if it is missing, or others may read it
     */
    void requirePassphrase(boolean external) throws IOException, AgentFailure {
        Arrays.fill(passphrase(external), '\0');
    }

    private char[] passphrase(boolean external) throws IOException, AgentFailure {
        Path file = passphraseFile;
        if (external && file == null) {
            throw new AgentFailure(
                    "the device's key is encrypted with a passphrase that is not kept in %s"
                            .formatted(home.directory()),
                    "Name the file that holds it with --passphrase-file FILE.");
        }
        return external && file != null ? read(file) : ownPassphrase(false);
    }

    /** Decrypts a key that {@link #encrypt} made. */
    PrivateKey decrypt(byte[] encrypted, boolean external) throws IOException, AgentFailure {
        char[] passphrase = passphrase(external);
        try {
            EncryptedPrivateKeyInfo info = new EncryptedPrivateKeyInfo(encrypted);
            Cipher cipher = Cipher.getInstance(SCHEME);
            cipher.init(Cipher.DECRYPT_MODE, derive(passphrase), info.getAlgParameters());
            PKCS8EncodedKeySpec key = info.getKeySpec(cipher);
            return KeyFactory.getInstance(key.getAlgorithm()).generatePrivate(key);
        } catch (GeneralSecurityException | IOException wrong) {
            throw new AgentFailure(
                    "the device's key cannot be decrypted",
                    null,
                    external
                            ? "Check that %s holds the right passphrase.".formatted(passphraseFile)
                            : "%s does not belong to this identity; restore the home, or enrol again with --replace."
                                    .formatted(home.resolve(OWN_PASSPHRASE)),
                    wrong);
        } finally {
            Arrays.fill(passphrase, '\0');
        }
    }

    private static SecretKey derive(char[] passphrase) throws GeneralSecurityException {
        PBEKeySpec spec = new PBEKeySpec(passphrase);
        try {
            return SecretKeyFactory.getInstance(SCHEME).generateSecret(spec);
        } finally {
            spec.clearPassword();
        }
    }

    private char[] ownPassphrase(boolean makeIfMissing) throws IOException, AgentFailure {
        Path file = home.resolve(OWN_PASSPHRASE);
        if (makeIfMissing && !Files.exists(file)) {
            byte[] secret = new byte[32];
            random.nextBytes(secret);
            String text = Base64.getUrlEncoder().withoutPadding().encodeToString(secret) + "\n";
            PrivateFiles.replace(file, text.getBytes(StandardCharsets.US_ASCII));
        }
        return read(file);
    }

    private static char[] read(Path file) throws IOException, AgentFailure {
        Home.refuseForeignReaders(file);
        try {
            String text = Files.readString(file, StandardCharsets.UTF_8)
                    .lines()
                    .findFirst()
                    .orElse("");
            if (text.isEmpty() || text.length() > MAX_PASSPHRASE) {
                throw new AgentFailure(
                        "%s holds no passphrase".formatted(file),
                        "Its first line must be the passphrase, at most %d characters.".formatted(MAX_PASSPHRASE));
            }
            // The scheme takes ASCII only.
            if (!text.chars().allMatch(c -> c >= 0x20 && c < 0x7F)) {
                throw new AgentFailure(
                        "the passphrase in %s is not plain ASCII".formatted(file), "Choose another one.");
            }
            return text.toCharArray();
        } catch (NoSuchFileException missing) {
            throw new AgentFailure(
                    "the passphrase file %s is missing".formatted(file),
                    null,
                    "Restore it; without it the device's key is lost and the device must enrol again.",
                    missing);
        }
    }
}
