package dev.waxwing.server.ingest;

import dev.waxwing.ca.inventory.CertificateEntry;
import dev.waxwing.ca.inventory.CertificateRole;
import dev.waxwing.ca.inventory.Inventory;
import dev.waxwing.ca.inventory.SerialNumber;
import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.evidence.DetachedSignature;
import dev.waxwing.evidence.InvalidSignatureException;
import dev.waxwing.evidence.SignerId;
import dev.waxwing.wire.Bytes;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.Date;
import org.springframework.stereotype.Component;

/** Finds out which certificate of a device signed a manifest (docs/protocol.md, section 14.4). */
@Component
final class Signers implements SenderStatus {

    private final Inventory inventory;
    private final CryptoProvider crypto;
    private final Clock clock;

    Signers(Inventory inventory, CryptoProvider crypto, Clock clock) {
        this.inventory = inventory;
        this.crypto = crypto;
        this.clock = clock;
    }

    /**
     * The certificate that signed.
     *
     * @throws InvalidSignatureException when the signature is none of this content
     * @throws UnfitSignerException when the signer is not a device certificate of this device, valid now
     * @throws RevokedSignerException when it would be one, but is revoked, perhaps only on hold
     */
    X509Certificate verify(String device, Bytes content, Bytes signature)
            throws InvalidSignatureException, UnfitSignerException, RevokedSignerException {
        SignerId named = DetachedSignature.signer(signature);
        if (named.serialNumber().signum() <= 0) {
            throw new UnfitSignerException("the signer's serial number is not one of ours");
        }
        SerialNumber serialNumber = new SerialNumber(named.serialNumber());
        X509Certificate certificate = inventory
                .certificate(serialNumber)
                .filter(found -> SignerId.of(found).equals(named))
                .orElseThrow(
                        () -> new UnfitSignerException("certificate " + serialNumber + " is not in the inventory"));
        CertificateEntry entry = inventory
                .find(serialNumber)
                .filter(found ->
                        found.role() == CertificateRole.DEVICE && found.name().equals(device))
                .orElseThrow(() ->
                        new UnfitSignerException("certificate " + serialNumber + " is not one of device " + device));
        if (entry.revoked()) {
            throw new RevokedSignerException(Standing.of(entry));
        }
        checkValidity(certificate, serialNumber);
        DetachedSignature.verify(content, signature, certificate, crypto);
        return certificate;
    }

    @Override
    public boolean isRevoked(Sender sender) {
        return standing(sender.certificate()) != Standing.GOOD;
    }

    /** Asks the database, inside the caller's transaction. */
    Standing standing(SerialNumber certificate) {
        return inventory.find(certificate).map(Standing::of).orElse(Standing.REVOKED);
    }

    private void checkValidity(X509Certificate certificate, SerialNumber serialNumber) throws UnfitSignerException {
        try {
            certificate.checkValidity(Date.from(clock.instant()));
        } catch (CertificateExpiredException | CertificateNotYetValidException e) {
            throw new UnfitSignerException("certificate " + serialNumber + " is not valid now");
        }
    }

    /** Whether a certificate counts; the later, the worse. */
    enum Standing {
        GOOD,
        /** Revoked until it is released: nothing is decided for good. */
        ON_HOLD,
        REVOKED;

        static Standing of(CertificateEntry entry) {
            if (entry.held()) {
                return ON_HOLD;
            }
            return entry.revoked() ? REVOKED : GOOD;
        }

        Standing orWorse(Standing other) {
            return compareTo(other) < 0 ? other : this;
        }
    }

    /** The signer is one of the device, but revoked. */
    static final class RevokedSignerException extends Exception {
        private final Standing standing;

        RevokedSignerException(Standing standing) {
            super("the signer's certificate is revoked");
            this.standing = standing;
        }

        Standing standing() {
            return standing;
        }
    }

    /** The signer is not one whose signature counts here. */
    static final class UnfitSignerException extends Exception {
        UnfitSignerException(String message) {
            super(message);
        }
    }
}
