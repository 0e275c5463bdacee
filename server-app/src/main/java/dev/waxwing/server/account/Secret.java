package dev.waxwing.server.account;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;

/** 256 random bits that are shown once and stored as their SHA-256. */
final class Secret {

    private static final int LENGTH = 32;

    private final String text;

    private Secret(String text) {
        this.text = text;
    }

    static Secret random(String prefix, SecureRandom random) {
        byte[] bytes = new byte[LENGTH];
        random.nextBytes(bytes);
        return new Secret(prefix + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }

    static Secret presented(String text) {
        return new Secret(text);
    }

    /** The secret itself, for the one place that shows it. */
    String reveal() {
        return text;
    }

    /** What is stored: 64 hex digits. A secret of 256 random bits needs no slow hash. */
    String hash() {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return "Secret[hidden]";
    }
}
