package dev.waxwing.ca.issuance;

import dev.waxwing.trust.PeerName;
import java.security.PublicKey;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Who gets what kind of certificate for which key. The key is one whose possession was proved, or the server's own. */
public final class CertificateOrder {

    private final PublicKey publicKey;
    private final PeerName name;
    private final Profile profile;
    private final @Nullable Duration validity;
    private final String issuedBy;
    private final boolean keyMadeHere;

    private CertificateOrder(
            PublicKey publicKey,
            PeerName name,
            Profile profile,
            @Nullable Duration validity,
            String issuedBy,
            boolean keyMadeHere) {
        this.publicKey = publicKey;
        this.name = name;
        this.profile = profile;
        this.validity = validity;
        this.issuedBy = issuedBy;
        this.keyMadeHere = keyMadeHere;
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
        return new CertificateOrder(request.publicKey(), name, profile, validity, issuedBy, false);
    }

    /** An order for a key that this server made for itself. */
    static CertificateOrder own(PublicKey publicKey, PeerName name, Profile profile) {
        return new CertificateOrder(publicKey, name, profile, null, "system", false);
    }

    /** An order for a key that this server made for somebody else. */
    static CertificateOrder withKeyMadeHere(
            PublicKey publicKey, PeerName name, Profile profile, @Nullable Duration validity, String issuedBy) {
        return new CertificateOrder(publicKey, name, profile, validity, issuedBy, true);
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
}
