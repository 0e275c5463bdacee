package dev.waxwing.ca.issuance;

import dev.waxwing.ca.inventory.CertificateRole;
import dev.waxwing.ca.issuance.PkiProperties.OwnProfile;
import java.time.Duration;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The profiles that people can ask for: the built-in ones, and the operator's own. Immutable. */
public final class Profiles {

    /** What an invite uses unless it says otherwise. */
    public static final String DEFAULT = "camera";

    static final Profile SERVER = new Profile("server", CertificateRole.SERVER, Duration.ofDays(365));
    static final Profile RECEIPT = new Profile("receipt", CertificateRole.RECEIPT, Duration.ofDays(365));

    /** The responder's certificate cannot be revoked in practice (ocsp-nocheck), so it lives briefly. */
    static final Profile OCSP = new Profile("ocsp", CertificateRole.OCSP, Duration.ofDays(30));

    private static final List<Profile> BUILT_IN = List.of(
            new Profile("camera", CertificateRole.DEVICE, Duration.ofDays(365)),
            new Profile("gateway", CertificateRole.DEVICE, Duration.ofDays(365)),
            new Profile("temporary", CertificateRole.DEVICE, Duration.ofDays(7)),
            SERVER,
            RECEIPT);

    private final Map<String, Profile> byName = new LinkedHashMap<>();

    /**
     * The built-in profiles and those of the configuration.
     *
     * @throws IllegalArgumentException when a configured profile is not valid
     */
    public Profiles(PkiProperties properties) {
        BUILT_IN.forEach(profile -> byName.put(profile.name(), profile));
        properties.profiles().forEach((name, own) -> byName.put(name, profile(name, own)));
    }

    /**
     * A profile of the operator's own.
     *
     * @throws IllegalArgumentException when it is not valid; the message says which and what to mend
     */
    static Profile profile(String name, OwnProfile own) {
        String property = "waxwing.pki.profiles." + name;
        if (List.of(SERVER.name(), RECEIPT.name(), OCSP.name()).contains(name)) {
            throw new IllegalArgumentException(property + ": the server's own profiles are fixed.");
        }
        Duration validity = own.validity();
        if (validity == null) {
            throw new IllegalArgumentException(property + ".validity must be given, e.g. 30d.");
        }
        return new Profile(name, role(property, own), validity, keys(property, own));
    }

    private static CertificateRole role(String property, OwnProfile own) {
        return switch (own.role()) {
            case "device" -> CertificateRole.DEVICE;
            case "server" -> CertificateRole.SERVER;
            default -> throw new IllegalArgumentException(property + ".role must be device or server.");
        };
    }

    private static Set<KeyKind> keys(String property, OwnProfile own) {
        if (own.keys().isEmpty()) {
            return EnumSet.allOf(KeyKind.class);
        }
        return own.keys().stream()
                .map(text -> KeyKind.parse(text)
                        .orElseThrow(() -> new IllegalArgumentException(property + ".keys: there is no kind of key "
                                + text + ". Those that there are: " + String.join(", ", KeyKind.texts()) + ".")))
                .collect(Collectors.toUnmodifiableSet());
    }

    /** The profile of this name, or nothing. */
    public Optional<Profile> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /** All of them, the built-in ones first. */
    public Collection<Profile> all() {
        return List.copyOf(byName.values());
    }

    /** The names of those for devices. */
    public List<String> ofDevices() {
        return byName.values().stream()
                .filter(profile -> profile.role() == CertificateRole.DEVICE)
                .map(Profile::name)
                .toList();
    }
}
