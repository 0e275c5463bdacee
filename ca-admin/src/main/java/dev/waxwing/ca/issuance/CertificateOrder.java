package dev.waxwing.ca.issuance;

import dev.waxwing.ca.authority.Authority;
import dev.waxwing.trust.PeerName;
import java.security.PublicKey;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Who gets what kind of certificate for which key. The key is one whose possession was proved, or the server's own. */
public final class CertificateOrder {

    private final PublicKey publicKey;
    private final PeerName name;
    private final Profile profile;
    private final @Nullable Duration validity;
    private final String issuedBy;
    private final boolean keyMadeHere;
    private final @Nullable Authority issuer;
    private final boolean replacing;

    private CertificateOrder(
            PublicKey publicKey,
            PeerName name,
            Profile profile,
            @Nullable Duration validity,
            String issuedBy,
            boolean keyMadeHere,
            @Nullable Authority issuer,
            boolean replacing) {
        this.publicKey = publicKey;
        this.name = name;
        this.profile = profile;
        this.validity = validity;
        this.issuedBy = issuedBy;
        this.keyMadeHere = keyMadeHere;
        this.issuer = issuer;
        this.replacing = replacing;
    }

    /**
     * An order for the key of a request. The name is the caller's decision: whoever takes it from the request must have asked a
     * person for it.
     *
     * @param validity how long it shall live, or null for as long as the profile says
     * @param issuedBy the actor of the audit trail
     */
    public static CertificateOrder of(
            CertificateRequest request, PeerName name, Profile profile, @Nullable Duration validity, String issuedBy) {
        return new CertificateOrder(request.publicKey(), name, profile, validity, issuedBy, false, null, false);
    }

    /** An order for a key that this server made for itself. */
    static CertificateOrder own(PublicKey publicKey, PeerName name, Profile profile) {
        return new CertificateOrder(publicKey, name, profile, null, "system", false, null, true);
    }

    /** An order for the key of an OCSP responder, which the authority delegates that it is to speak for. */
    static CertificateOrder responder(PublicKey publicKey, PeerName name, Authority issuer) {
        return new CertificateOrder(publicKey, name, Profiles.OCSP, null, "system", false, issuer, true);
    }

    /** An order for a key that this server made for somebody else. */
    static CertificateOrder withKeyMadeHere(
            PublicKey publicKey, PeerName name, Profile profile, @Nullable Duration validity, String issuedBy) {
        return new CertificateOrder(publicKey, name, profile, validity, issuedBy, true, null, false);
    }

    /** The same order by somebody who gives the name to another if the device of that name was removed. */
    public CertificateOrder replacing() {
        return new CertificateOrder(publicKey, name, profile, validity, issuedBy, keyMadeHere, issuer, true);
    }

    PublicKey publicKey() {
        return publicKey;
    }

    PeerName name() {
        return name;
    }

    Profile profile() {
        return profile;
    }

    Duration validity() {
        return validity == null ? profile.validity() : validity;
    }

    String issuedBy() {
        return issuedBy;
    }

    /** Whether this server made the key, and could have kept it. */
    boolean keyMadeHere() {
        return keyMadeHere;
    }

    /** Whether the name may be that of a removed device. */
    boolean isReplacing() {
        return replacing;
    }

    /** The authority to sign it, if it cannot be whichever is current. */
    Optional<Authority> issuer() {
        return Optional.ofNullable(issuer);
    }
}
