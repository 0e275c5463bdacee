package dev.waxwing.trust;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;

/**
 * The life of a certificate, from its issue to its end, by which both ends judge whether its renewal is due (docs/protocol.md, section
 * 16.1).
 *
 * @param issued when it was issued
 * @param notAfter when it ends
 */
public record CertificateLife(Instant issued, Instant notAfter) {

    /** How long before its issue a certificate begins, so that who has a clock a little behind can use it at once. */
    public static final Duration BACKDATING = Duration.ofMinutes(5);

    /** The life of a certificate by nothing but what it says. */
    public static CertificateLife of(X509Certificate certificate) {
        Instant notAfter = certificate.getNotAfter().toInstant();
        Instant issued = certificate.getNotBefore().toInstant().plus(BACKDATING);
        return new CertificateLife(issued.isBefore(notAfter) ? issued : notAfter, notAfter);
    }

    /** The life of a certificate that its holder got then; when that cannot be, by what it says. */
    public static CertificateLife since(Instant received, X509Certificate certificate) {
        Instant notAfter = certificate.getNotAfter().toInstant();
        boolean possible = received.isAfter(certificate.getNotBefore().toInstant()) && received.isBefore(notAfter);
        return possible ? new CertificateLife(received, notAfter) : of(certificate);
    }

    /** From when the renewal is due: two thirds of the life are over. */
    public Instant renewalDue() {
        return issued.plus(length().dividedBy(3).multipliedBy(2));
    }

    /** From when a server takes it as due: half of the life is over. Its clock and a device's differ. */
    public Instant renewable() {
        return issued.plus(length().dividedBy(2));
    }

    /** From its issue to its end. */
    public Duration length() {
        return Duration.between(issued, notAfter);
    }
}
