package dev.waxwing.ca.inventory;

import java.math.BigInteger;
import java.security.cert.X509Certificate;
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

    /** Lower-case hex with an even number of digits. */
    @Override
    public String toString() {
        String hex = value.toString(16);
        return hex.length() % 2 == 0 ? hex : "0" + hex;
    }
}
