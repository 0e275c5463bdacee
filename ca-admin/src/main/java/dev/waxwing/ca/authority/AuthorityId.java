package dev.waxwing.ca.authority;

import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Which authority of a deployment: the last word of its name, {@code CN=Waxwing Issuing CA 0f1e2d3c}.
 *
 * @param digits eight lower-case hex digits
 */
public record AuthorityId(String digits) {

    private static final int LENGTH = 8;
    private static final Pattern DIGITS = Pattern.compile("[0-9a-f]{" + LENGTH + "}");

    /** @throws IllegalArgumentException unless these are eight lower-case hex digits */
    public AuthorityId {
        if (!DIGITS.matcher(digits).matches()) {
            throw new IllegalArgumentException("an authority's identifier has eight lower-case hex digits");
        }
    }

    /** The identifier spelled like this, or nothing when it is not spelled like one. */
    public static Optional<AuthorityId> parse(String text) {
        return DIGITS.matcher(text).matches() ? Optional.of(new AuthorityId(text)) : Optional.empty();
    }

    /**
     * The identifier in an authority's own certificate.
     *
     * @throws IllegalArgumentException when the certificate is not an authority's of ours
     */
    static AuthorityId of(X509Certificate certificate) {
        String name = certificate.getSubjectX500Principal().getName();
        return new AuthorityId(name.substring(Math.max(0, name.length() - LENGTH)));
    }

    static AuthorityId fresh(SecureRandom random) {
        return new AuthorityId(HexFormat.of().toHexDigits(random.nextInt()));
    }

    /** The eight digits. */
    @Override
    public String toString() {
        return digits;
    }
}
