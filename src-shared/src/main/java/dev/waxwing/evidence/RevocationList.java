package dev.waxwing.evidence;

import dev.waxwing.trust.SignedList;
import dev.waxwing.trust.UntrustedException;
import dev.waxwing.trust.UntrustedException.Reason;
import dev.waxwing.wire.Bytes;
import java.security.cert.X509Certificate;
import java.time.Instant;

/** A complete revocation list (RFC 5280 section 5) of one issuer, whose signature and time have been checked. */
final class RevocationList {

    private final SignedList list;

    private RevocationList(SignedList list) {
        this.list = list;
    }

    /** @throws UntrustedException if it is not a list of this issuer that was current at that time */
    static RevocationList of(Bytes der, X509Certificate issuer, Instant at) throws UntrustedException {
        SignedList list = SignedList.of(der, issuer);
        if (!list.isCurrent(at)) {
            throw new UntrustedException(Reason.BAD_STAPLE, "the revocation list was not current at " + at);
        }
        return new RevocationList(list);
    }

    /** @throws UntrustedException {@link Reason#REVOKED} if the list names this certificate of its issuer */
    void requireAbsent(X509Certificate certificate) throws UntrustedException {
        if (list.names(certificate)) {
            throw new UntrustedException(
                    Reason.REVOKED,
                    "revoked: " + certificate.getSubjectX500Principal().getName());
        }
    }
}
