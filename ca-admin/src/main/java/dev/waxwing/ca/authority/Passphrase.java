package dev.waxwing.ca.authority;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;

/** The secret that unlocks the private keys, with the work factor that its strength calls for. */
final class Passphrase {

    /** People's passphrases: what it costs to try one. */
    private static final int CHOSEN_ITERATIONS = 600_000;

    /** 256 random bits cannot be guessed, so stretching them would only slow the start. */
    private static final int GENERATED_ITERATIONS = 2_048;

    private static final int MIN_LENGTH = 12;

    private final char[] secret;
    private final int iterations;

    private Passphrase(char[] secret, int iterations) {
        this.secret = secret;
        this.iterations = iterations;
    }

    /**
     * A passphrase that a person chose.
     *
     * @param subject what a refusal is about
     * @throws AuthorityException when it is too short
     */
    static Passphrase chosen(String content, String subject) {
        String secret = content.strip();
        if (secret.length() < MIN_LENGTH) {
            throw new AuthorityException(subject + " needs at least " + MIN_LENGTH + " characters");
        }
        return new Passphrase(secret.toCharArray(), CHOSEN_ITERATIONS);
    }

    static Passphrase generated(String content) {
        return new Passphrase(content.strip().toCharArray(), GENERATED_ITERATIONS);
    }

    static byte[] generate(SecureRandom random) {
        byte[] bits = new byte[32];
        random.nextBytes(bits);
        return (Base64.getUrlEncoder().withoutPadding().encodeToString(bits) + "\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    char[] secret() {
        return secret.clone();
    }

    int iterations() {
        return iterations;
    }

    @Override
    public String toString() {
        return "Passphrase[secret]";
    }
}
