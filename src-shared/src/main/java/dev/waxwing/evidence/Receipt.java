package dev.waxwing.evidence;

import dev.waxwing.media.ApplicationMessage;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.SessionId;
import java.security.SecureRandom;
import java.time.Instant;

/**
 * What the server says, and signs, about an accepted manifest (protocol section 14.3).
 *
 * @param acceptedAt by the server's clock, in milliseconds, years 1970 to 9999
 * @param manifestSha256 of the manifest's exact bytes
 * @param receiptId 16 random bytes
 */
public record Receipt(
        Instant acceptedAt, Bytes manifestSha256, Bytes receiptId, SessionId sessionId, TrustLevel trustLevel) {

    private static final long VERSION = 1;
    private static final int ID_SIZE = 16;

    /** @throws IllegalArgumentException if a value is out of its range */
    public Receipt {
        if (acceptedAt.isBefore(Instant.EPOCH) || !acceptedAt.isBefore(Instant.parse("+10000-01-01T00:00:00Z"))) {
            throw new IllegalArgumentException("a time outside of the years 1970 to 9999");
        }
        if (acceptedAt.getNano() % 1_000_000 != 0) {
            throw new IllegalArgumentException("a time finer than a millisecond");
        }
        if (manifestSha256.size() != Sha256.SIZE || receiptId.size() != ID_SIZE) {
            throw new IllegalArgumentException("a hash or an id of another size");
        }
    }

    /** A new random receipt id. */
    public static Bytes freshId(SecureRandom random) {
        byte[] id = new byte[ID_SIZE];
        random.nextBytes(id);
        return Bytes.of(id);
    }

    /** The exact bytes that are signed. */
    public Bytes encode() {
        return Members.writing()
                .put("acceptedAt", acceptedAt)
                .put("manifestSha256", manifestSha256)
                .put("receiptId", receiptId)
                .put("sessionId", sessionId.value())
                .put("trustLevel", trustLevel.label())
                .put("version", VERSION)
                .write();
    }

    /**
     * Decodes the receipt of something that came through the channel.
     *
     * @throws MalformedEvidenceException if the bytes are not exactly what {@link #encode()} makes of some receipt, or its trust
     *     level is not {@code wxp2}
     */
    public static Receipt decode(Bytes json) throws MalformedEvidenceException {
        return decode(json, TrustLevel.WXP2);
    }

    /**
     * Decodes a receipt.
     *
     * @param level the trust level that it must have: what came in on one way never counts as of the other
     * @throws MalformedEvidenceException if the bytes are not exactly what {@link #encode()} makes of some receipt of this level
     */
    public static Receipt decode(Bytes json, TrustLevel level) throws MalformedEvidenceException {
        if (json.size() > ApplicationMessage.MAX_RECEIPT) {
            throw new MalformedEvidenceException("a receipt of " + json.size() + " bytes");
        }
        Members members = Members.reading(json);
        try {
            if (members.whole("version") != VERSION) {
                throw new MalformedEvidenceException("an unknown version");
            }
            Receipt receipt = new Receipt(
                    members.instant("acceptedAt"),
                    members.hex("manifestSha256", Sha256.SIZE),
                    members.hex("receiptId", ID_SIZE),
                    new SessionId(members.hex("sessionId", ID_SIZE)),
                    TrustLevel.of(members.text("trustLevel")));
            members.end();
            if (receipt.trustLevel() != level) {
                throw new MalformedEvidenceException("a trust level other than " + level);
            }
            return receipt;
        } catch (IllegalArgumentException e) {
            throw new MalformedEvidenceException("receipt: " + e.getMessage(), e);
        }
    }
}
