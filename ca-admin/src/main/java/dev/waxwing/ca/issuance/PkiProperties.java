package dev.waxwing.ca.issuance;

import dev.waxwing.trust.PeerName;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How this deployment issues certificates.
 *
 * @param publicUrl where devices and people reach {@code /pki/crl} and {@code /pki/ocsp}, http or https, without a query; unset:
 *     certificates carry no locator for either
 * @param serverName the name in the server's own certificates
 * @param profiles profiles of the operator's own, by name; one of a built-in name takes its place
 * @param crlLifetime from an issuing authority's revocation list to its nextUpdate, 1 hour to 30 days
 */
@ConfigurationProperties("waxwing.pki")
public record PkiProperties(
        @Nullable URI publicUrl,
        @DefaultValue("waxwing") String serverName,
        @DefaultValue Map<String, OwnProfile> profiles,
        @DefaultValue("24h") Duration crlLifetime) {

    /** @throws IllegalArgumentException when a value is outside its range; the message names the property */
    public PkiProperties {
        if (publicUrl != null && !usable(publicUrl)) {
            throw new IllegalArgumentException(
                    "waxwing.pki.public-url is not an http or https address without a query: " + publicUrl);
        }
        if (!PeerName.isValid(serverName)) {
            throw new IllegalArgumentException("waxwing.pki.server-name is not a name: " + serverName);
        }
        if (crlLifetime.compareTo(Duration.ofHours(1)) < 0 || crlLifetime.compareTo(Duration.ofDays(30)) > 0) {
            throw new IllegalArgumentException("waxwing.pki.crl-lifetime must be 1 hour to 30 days");
        }
        profiles = Map.copyOf(profiles);
        profiles.forEach(Profiles::profile);
    }

    private static boolean usable(URI url) {
        return url.getScheme() != null
                && Set.of("http", "https").contains(url.getScheme())
                && url.getHost() != null
                && url.getQuery() == null
                && url.getFragment() == null;
    }

    /** The address of a path below the public one, or null when there is none. */
    @Nullable
    String locator(String path) {
        return publicUrl == null ? null : publicUrl.toString().replaceAll("/+$", "") + path;
    }

    /**
     * A profile of the operator's own.
     *
     * @param role {@code device} or {@code server}
     * @param validity how long its certificates live, 1 minute to 5 years
     * @param keys names of the kinds of keys it takes, see {@link KeyKind#parse}; empty for all of them
     */
    public record OwnProfile(
            @DefaultValue("device") String role,
            @Nullable Duration validity,
            @DefaultValue List<String> keys) {}
}
