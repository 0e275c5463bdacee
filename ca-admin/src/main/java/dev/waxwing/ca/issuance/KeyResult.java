package dev.waxwing.ca.issuance;

import org.jspecify.annotations.Nullable;

/** What came of a wish for a certificate together with a key. */
public sealed interface KeyResult {

    /**
     * Signed, stored and audited. The private key is in the file and nowhere else.
     *
     * @param certificate the certificate
     * @param file the key and its chain
     * @param madeUp the password of the file when it was made up, else null
     */
    record Made(
            IssuedCertificate certificate,
            KeyFile file,
            @Nullable String madeUp) implements KeyResult {

        @Override
        public String toString() {
            return "Made[" + certificate.serialNumber() + "]";
        }
    }

    /**
     * Refused and audited.
     *
     * @param fault why
     * @param reference under which the audit trail has it
     */
    record Refused(RequestFault fault, String reference) implements KeyResult {}
}
