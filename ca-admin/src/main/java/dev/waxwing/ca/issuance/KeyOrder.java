package dev.waxwing.ca.issuance;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A wish for a certificate together with a key that the server makes.
 *
 * @param name the name to be certified
 * @param kind what key to make
 * @param profile what kind of certificate to make
 * @param validity how long it shall live, or null for as long as the profile says
 * @param password of the file, or null for one that is made up
 * @param replace whether the name may be that of a removed device
 */
public record KeyOrder(
        String name,
        KeyKind kind,
        Profile profile,
        @Nullable Duration validity,
        @Nullable String password,
        boolean replace) {

    @Override
    public String toString() {
        return "KeyOrder[" + name + "]";
    }
}
