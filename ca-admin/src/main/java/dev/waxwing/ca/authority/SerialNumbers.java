package dev.waxwing.ca.authority;

import java.math.BigInteger;
import java.security.SecureRandom;

/** Serial numbers as RFC 5280 section 4.1.2.2 wants them: positive and unpredictable. */
public final class SerialNumbers {

    private static final int BITS = 128;

    private SerialNumbers() {}

    /** A number of 128 random bits, never zero. */
    public static BigInteger random(SecureRandom random) {
        BigInteger number = new BigInteger(BITS, random);
        return number.signum() == 0 ? random(random) : number;
    }
}
