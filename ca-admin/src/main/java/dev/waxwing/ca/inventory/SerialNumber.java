package dev.waxwing.ca.inventory;

import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A certificate's serial number.
 *
 * @param value positive
 */
public record SerialNumber(BigInteger value) {

    /** RFC 5280 section 4.1.2.2: at most 20 octets. */
    private static final Pattern HEX = Pattern.compile("([0-9a-f]{2}){1,20}");

    private static final Pattern OCTETS = Pattern.compile("[0-9a-f]{2}(:[0-9a-f]{2})*");

    /** @throws IllegalArgumentException unless {@code value} is positive */
    public SerialNumber {
        if (value.signum() <= 0) {
            throw new IllegalArgumentException("a serial number is positive");
        }
    }

    /** The serial number of a certificate. */
    public static SerialNumber of(X509Certificate certificate) {
        return new SerialNumber(certificate.getSerialNumber());
    }

    /** The number spelled as {@link #toString} spells it, or nothing when {@code hex} is not spelled so. */
    public static Optional<SerialNumber> parse(String hex) {
        if (!HEX.matcher(hex).matches()) {
            return Optional.empty();
        }
        BigInteger value = new BigInteger(hex, 16);
        // One number, one spelling: none has octets of zero in front.
        return value.signum() > 0
                ? Optional.of(new SerialNumber(value))
                        .filter(number -> number.toString().equals(hex))
                : Optional.empty();
    }

    /**
     * The number as people write it, or nothing: also in upper case, and with a colon between any two octets, as other programs print
     * it.
     */
    public static Optional<SerialNumber> read(String text) {
        String hex = text.strip().toLowerCase(Locale.ROOT);
        return parse(OCTETS.matcher(hex).matches() ? hex.replace(":", "") : hex);
    }

    /** Lower-case hex with an even number of digits. */
    @Override
    public String toString() {
        String hex = value.toString(16);
        return hex.length() % 2 == 0 ? hex : "0" + hex;
    }
}
