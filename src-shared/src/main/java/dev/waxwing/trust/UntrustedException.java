package dev.waxwing.trust;

import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A certificate, its chain or its status is not to be believed. The message is for the own audit log, never for the peer. */
public final class UntrustedException extends Exception {

    /** Why, in a word that can be counted. */
    public enum Reason {
        /** Not a certificate, a chain or an OCSP response at all, or not in the form that section 7.1 asks for. */
        MALFORMED,
        /** The chain does not lead to the configured root. */
        UNKNOWN_ISSUER,
        /** A signature in the chain does not verify. */
        BAD_SIGNATURE,
        EXPIRED,
        NOT_YET_VALID,
        /** The chain breaks RFC 5280 section 6 in another way, or holds certificates that are not on the path. */
        BAD_PATH,
        /** A key or a signature algorithm that section 7.1 does not allow. */
        WEAK_KEY,
        WRONG_ROLE,
        /** Common name and subject alternative name are missing, malformed or disagree. */
        WRONG_NAME,
        REVOKED,
        /** The root has revoked an authority on the chain. */
        ISSUER_REVOKED,
        /** The device has a newer certificate and has used it (section 16.3). */
        SUPERSEDED,
        /** The authority does not know the certificate. */
        NOT_IN_INVENTORY,
        /** The peer presented the verifier's own certificate. */
        OWN_CERTIFICATE,
        /** The peer did not prove that it has the certificate's key. */
        NOT_THE_HOLDER,
        /** The OCSP response is missing, malformed, about another certificate or not signed by who may sign it. */
        BAD_STAPLE,
        /** The OCSP response, or its signer's certificate, is of a time to come. */
        STAPLE_TOO_EARLY,
        /** The OCSP response, or its signer's certificate, is over. */
        STAPLE_LAPSED,
        /** The OCSP response lapsed before a time that there is proof of ({@link TimeFloor}). */
        STAPLE_BELOW_FLOOR;

        /** Whether a wrong clock, of either end, can be what is behind it. */
        public boolean isAboutTime() {
            return switch (this) {
                case EXPIRED, NOT_YET_VALID, STAPLE_TOO_EARLY, STAPLE_LAPSED, STAPLE_BELOW_FLOOR -> true;
                default -> false;
            };
        }
    }

    private static final int LONGEST_MESSAGE = 500;
    private static final Pattern HARMFUL = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]");

    private final Reason reason;
    private final transient @Nullable Instant claimedTime;

    public UntrustedException(Reason reason, String message) {
        this(reason, message, null);
    }

    public UntrustedException(Reason reason, String message, @Nullable Throwable cause) {
        this(reason, harmless(message), cause, null);
    }

    private UntrustedException(
            Reason reason, @Nullable String message, @Nullable Throwable cause, @Nullable Instant claimedTime) {
        super(message, cause);
        this.reason = reason;
        this.claimedTime = claimedTime;
    }

    /** The same, and what the peer says the time is. */
    public UntrustedException claiming(Instant peerTime) {
        return new UntrustedException(reason, getMessage(), this, peerTime);
    }

    public Reason reason() {
        return reason;
    }

    /** What the distrusted peer says the time is, if it said so: a hint for people, and proof of nothing. */
    public Optional<Instant> claimedTime() {
        return Optional.ofNullable(claimedTime);
    }

    /** The JDK quotes what it cannot read, and that is the peer's choice: it must not steer a terminal or fill a log. */
    private static String harmless(String message) {
        String start = message.length() <= LONGEST_MESSAGE ? message : message.substring(0, LONGEST_MESSAGE) + "…";
        return HARMFUL.matcher(start).replaceAll("\uFFFD");
    }
}
