package dev.waxwing.server.backup;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Set;

/** What opens a backup: the content of a file, without white space around it. */
public final class BackupPassphrase {

    private static final int MIN_LENGTH = 12;
    private static final long MAX_FILE = 64 * 1024L;
    private static final int RANDOM_BYTES = 32;

    private final char[] secret;

    private BackupPassphrase(char[] secret) {
        this.secret = secret;
    }

    /**
     * Reads the passphrase.
     *
     * @throws BackupException when the file cannot be read or holds too little
     */
    public static BackupPassphrase read(Path file) throws BackupException {
        try {
            if (Files.size(file) > MAX_FILE) {
                throw new BackupException("The passphrase file " + file + " is larger than any passphrase.");
            }
            return of(Files.readString(file, StandardCharsets.UTF_8).strip(), file);
        } catch (BackupException e) {
            throw e;
        } catch (IOException e) {
            throw new BackupException("The passphrase file " + file + " cannot be read: " + e, e);
        }
    }

    private static BackupPassphrase of(String text, Path file) throws BackupException {
        if (text.length() < MIN_LENGTH) {
            throw new BackupException(
                    "The passphrase in " + file + " is too short: it needs at least " + MIN_LENGTH + " characters.");
        }
        return new BackupPassphrase(text.toCharArray());
    }

    /**
     * Makes a passphrase of 256 random bits and writes it to a new file that only its owner can read.
     *
     * @throws BackupException when the file exists, or cannot be written
     */
    public static BackupPassphrase generate(Path file, SecureRandom random) throws BackupException {
        byte[] bits = new byte[RANDOM_BYTES];
        random.nextBytes(bits);
        String text = Base64.getUrlEncoder().withoutPadding().encodeToString(bits);
        try (FileChannel channel = FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            ByteBuffer content = ByteBuffer.wrap((text + "\n").getBytes(StandardCharsets.US_ASCII));
            while (content.hasRemaining()) {
                channel.write(content);
            }
            channel.force(true);
            return new BackupPassphrase(text.toCharArray());
        } catch (FileAlreadyExistsException e) {
            throw new BackupException(
                    file + " exists already. --generate-passphrase names a new file; use --passphrase-file to take"
                            + " the passphrase from one.",
                    e);
        } catch (IOException e) {
            throw new BackupException("The passphrase file " + file + " cannot be written: " + e, e);
        }
    }

    char[] secret() {
        return secret.clone();
    }

    @Override
    public String toString() {
        return "BackupPassphrase[secret]";
    }
}
