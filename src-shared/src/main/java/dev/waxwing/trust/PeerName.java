package dev.waxwing.trust;

import java.util.regex.Pattern;

/**
 * The name that a certificate gives its holder (protocol section 7.1): 1 to 63 characters of {@code a-z}, {@code 0-9},
 * {@code .}, {@code _} and {@code -}, a letter or digit first.
 *
 * @param value the name as written in the certificate's common name
 */
public record PeerName(String value) implements Comparable<PeerName> {

    private static final Pattern SYNTAX = Pattern.compile("[a-z0-9][a-z0-9._-]{0,62}");

    /** @throws IllegalArgumentException with a message for people, if the text is not a name */
    public PeerName {
        if (!isValid(value)) {
            throw new IllegalArgumentException("A name has 1 to 63 characters: lower-case letters a-z, digits, '.', '_'"
                    + " and '-', and starts with a letter or digit.");
        }
    }

    /** Whether the text is a name. */
    public static boolean isValid(String text) {
        return SYNTAX.matcher(text).matches();
    }

    @Override
    public int compareTo(PeerName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
