package dev.waxwing.trust;

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
        /** The authority does not know the certificate. */
        NOT_IN_INVENTORY,
        /** The peer presented the verifier's own certificate. */
        OWN_CERTIFICATE,
        /** The peer did not prove that it has the certificate's key. */
        NOT_THE_HOLDER,
        /** The OCSP response is missing, not in time, about another certificate or not signed by who may sign it. */
        BAD_STAPLE
    }

    private static final int LONGEST_MESSAGE = 500;
    private static final Pattern HARMFUL = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]");

    private final Reason reason;

    public UntrustedException(Reason reason, String message) {
        this(reason, message, null);
    }

    public UntrustedException(Reason reason, String message, @Nullable Throwable cause) {
        super(harmless(message), cause);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }

    /** The JDK quotes what it cannot read, and that is the peer's choice: it must not steer a terminal or fill a log. */
    private static String harmless(String message) {
        String start = message.length() <= LONGEST_MESSAGE ? message : message.substring(0, LONGEST_MESSAGE) + "…";
        return HARMFUL.matcher(start).replaceAll("\uFFFD");
    }
}
