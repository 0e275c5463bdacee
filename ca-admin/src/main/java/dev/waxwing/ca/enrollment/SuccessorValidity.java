package dev.waxwing.ca.enrollment;

import dev.waxwing.ca.authority.CertificateAuthority;
import dev.waxwing.ca.inventory.CertificateEntry;
import dev.waxwing.ca.issuance.Profile;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * How long the next certificate of a device lasts: no longer than the one before was meant to, which may be shorter than the profile
 * says because an operator chose so, and no longer than the profile says now.
 */
record SuccessorValidity(CertificateAuthority authority) {

    Duration of(CertificateEntry predecessor, Profile profile) {
        // An end that is that of the authority was nobody's choice, and must not make all that follow short.
        if (isCutShort(predecessor)) {
            return profile.validity();
        }
        Instant issued = predecessor.createdAt().truncatedTo(ChronoUnit.SECONDS);
        Duration meant = Duration.between(issued, predecessor.notAfter());
        return meant.isPositive() && meant.compareTo(profile.validity()) < 0 ? meant : profile.validity();
    }

    private boolean isCutShort(CertificateEntry certificate) {
        return authority
                .issuer(certificate.issuer())
                .map(issuer -> issuer.certificate().getNotAfter().toInstant())
                .filter(end -> !certificate.notAfter().isBefore(end))
                .isPresent();
    }
}
