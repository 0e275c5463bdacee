package dev.waxwing.ca.issuance;

import dev.waxwing.ca.inventory.CertificateRole;
import java.security.PublicKey;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What kind of certificate to make. Everything but the key comes from here and from the name; nothing else of a request is taken.
 *
 * @param name how people call it, e.g. {@code camera}
 * @param role what the certificate entitles its holder to be
 * @param validity how long it lives, and the longest that may be asked for: 1 minute to 5 years
 * @param keys the kinds of keys it takes, at least one
 */
public record Profile(String name, CertificateRole role, Duration validity, Set<KeyKind> keys) {

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,31}");
    private static final Duration SHORTEST = Duration.ofMinutes(1);
    private static final Duration LONGEST = Duration.ofDays(5 * 366L);

    /** @throws IllegalArgumentException when a part is outside its range */
    public Profile {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("A profile's name has 1 to 32 characters of a-z, 0-9 and '-': " + name);
        }
        if (validity.compareTo(SHORTEST) < 0 || validity.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("The profile " + name + " needs a validity of 1 minute to 5 years.");
        }
        if (keys.isEmpty()) {
            throw new IllegalArgumentException("The profile " + name + " needs a kind of key that it takes.");
        }
        keys = Collections.unmodifiableSet(EnumSet.copyOf(keys));
    }

    /** A profile that takes keys of all kinds. */
    Profile(String name, CertificateRole role, Duration validity) {
        this(name, role, validity, EnumSet.allOf(KeyKind.class));
    }

    boolean takes(PublicKey key) {
        return KeyKind.of(key).filter(keys::contains).isPresent();
    }
}
