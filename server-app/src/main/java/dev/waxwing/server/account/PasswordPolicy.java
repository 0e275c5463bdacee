package dev.waxwing.server.account;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Decides whether a new password is good enough. */
final class PasswordPolicy {

    static final int MIN_LENGTH = 12;
    static final int MAX_LENGTH = 256;

    private static final int MIN_DISTINCT = 5;

    private final Set<String> common;

    PasswordPolicy() {
        common = readCommon();
    }

    /** Why {@code password} cannot be the password of {@code userName}, or nothing when it can. */
    Optional<String> objection(String userName, String password) {
        if (password.codePointCount(0, password.length()) < MIN_LENGTH) {
            return Optional.of("The password needs at least %d characters.".formatted(MIN_LENGTH));
        }
        if (password.length() > MAX_LENGTH) {
            return Optional.of("The password may have at most %d characters.".formatted(MAX_LENGTH));
        }
        if (password.codePoints().anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)) {
            return Optional.of("The password has half a character in it, which no keyboard can type again.");
        }
        if (password.codePoints().distinct().count() < MIN_DISTINCT) {
            return Optional.of(
                    "The password repeats too few characters; use at least %d different ones.".formatted(MIN_DISTINCT));
        }
        String plain = letters(password);
        if (common.contains(password.toLowerCase(Locale.ROOT)) || common.contains(plain)) {
            return Optional.of("The password is one of the most common ones. Choose another.");
        }
        if (plain.equals(letters(userName)) || isRun(password)) {
            return Optional.of("The password is too easy to guess. Choose another.");
        }
        return Optional.empty();
    }

    /** What is left of a password when the usual decoration (digits and signs at its ends) is taken off. */
    private static String letters(String password) {
        return password.toLowerCase(Locale.ROOT).replaceAll("^[^\\p{L}]+|[^\\p{L}]+$", "");
    }

    /** Whether each character follows the one before it, as in {@code abcdefghijkl} or {@code 987654321098}. */
    private static boolean isRun(String password) {
        int steps = 0;
        for (int i = 1; i < password.length(); i++) {
            if (Math.abs(password.charAt(i) - password.charAt(i - 1)) <= 1) {
                steps++;
            }
        }
        return steps >= password.length() - 2;
    }

    private static Set<String> readCommon() {
        try (InputStream list = Objects.requireNonNull(
                        PasswordPolicy.class.getResourceAsStream("common-passwords.txt"), "common-passwords.txt");
                BufferedReader lines = new BufferedReader(new InputStreamReader(list, StandardCharsets.UTF_8))) {
            return lines.lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .collect(Collectors.toUnmodifiableSet());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
