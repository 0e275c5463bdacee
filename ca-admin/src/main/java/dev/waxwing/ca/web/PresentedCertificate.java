package dev.waxwing.ca.web;

import dev.waxwing.ca.authority.Certificates;
import dev.waxwing.ca.authority.Pem;
import dev.waxwing.ca.inventory.CertificateEntry;
import dev.waxwing.ca.inventory.Inventory;
import dev.waxwing.ca.inventory.SerialNumber;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** Finds the certificate of ours that somebody has in a file. Any thread may call. */
@Component
public final class PresentedCertificate {

    /** Longest file in bytes; a chain is one, of which the first certificate counts. */
    public static final int MAX_LENGTH = 16 * 1024;

    /** What to tell the person who presented {@link Unreadable}. */
    public static final String UNREADABLE = "This is not an X.509 certificate in PEM or DER of at most 16 KiB.";

    /** What to tell the person who presented {@link Foreign}. */
    public static final String FOREIGN = "This certificate was not issued here.";

    private static final int SEQUENCE = 0x30;

    private final Inventory inventory;

    PresentedCertificate(Inventory inventory) {
        this.inventory = inventory;
    }

    /** What came of looking. */
    public sealed interface Look {}

    /** It was issued here, to the last byte. */
    public record Found(CertificateEntry entry) implements Look {}

    /** It is no certificate. */
    public record Unreadable() implements Look {}

    /** It is somebody else's, or one that pretends to be ours. */
    public record Foreign() implements Look {}

    /** Looks for a certificate in PEM or DER. */
    public Look look(byte[] pemOrDer) {
        Optional<X509Certificate> read = read(pemOrDer);
        if (read.isEmpty()) {
            return new Unreadable();
        }
        X509Certificate certificate = read.get();
        if (certificate.getSerialNumber().signum() <= 0) {
            return new Foreign();
        }
        SerialNumber serialNumber = SerialNumber.of(certificate);
        return inventory
                .certificate(serialNumber)
                .filter(certificate::equals)
                .flatMap(_ -> inventory.find(serialNumber))
                .<Look>map(Found::new)
                .orElseGet(Foreign::new);
    }

    private static Optional<X509Certificate> read(byte[] pemOrDer) {
        if (pemOrDer.length == 0 || pemOrDer.length > MAX_LENGTH) {
            return Optional.empty();
        }
        try {
            if (pemOrDer[0] == SEQUENCE) {
                return Optional.of(Certificates.parse(pemOrDer));
            }
            List<Pem> blocks = Pem.read(new String(pemOrDer, StandardCharsets.US_ASCII));
            return blocks.isEmpty() || !blocks.getFirst().label().equals("CERTIFICATE")
                    ? Optional.empty()
                    : Optional.of(Certificates.parse(blocks.getFirst().content()));
        } catch (CertificateException | IOException e) {
            return Optional.empty();
        }
    }
}
