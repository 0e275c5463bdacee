package dev.waxwing.evidence;

import java.util.EnumSet;
import java.util.Set;

/** The files of an evidence bundle besides the content (protocol sections 15 and 15.1). */
enum BundleEntry {
    README("README.txt", 65_536),
    MANIFEST("manifest.json", 16_384),
    MANIFEST_SIGNATURE("manifest.p7s", 8_192),
    CONTENT_SIGNATURE("content.pss", 256),
    DEVICE_KEY("device-public-key.pem", 1_024),
    RECEIPT("receipt.json", 4_096),
    RECEIPT_SIGNATURE("receipt.p7s", 8_192),
    ROOT("ca.pem", 65_536),
    CHAIN("chain.pem", 262_144),
    DEVICE_STATUS("status/device.ocsp.der", 16_384),
    REVOCATION_LIST("status/ca.crl.der", 16_777_216),
    RECEIPT_REVOCATION_LIST("status/receipt-ca.crl.der", 16_777_216);

    /** What a bundle of WXP/2 has; the list of the receipt signer's issuer only if another CA issued the device's certificate. */
    static final Set<BundleEntry> WXP2 = EnumSet.complementOf(EnumSet.of(CONTENT_SIGNATURE, DEVICE_KEY));

    /** What a bundle of classic has; the signature only if there is one. */
    static final Set<BundleEntry> CLASSIC =
            EnumSet.complementOf(EnumSet.of(MANIFEST_SIGNATURE, DEVICE_STATUS, RECEIPT_REVOCATION_LIST));

    /** What need not be there. */
    static final Set<BundleEntry> OPTIONAL = EnumSet.of(CONTENT_SIGNATURE, RECEIPT_REVOCATION_LIST);

    /** What the name of the content's entry starts with. */
    static final String CONTENT = "content/";

    private final String path;
    private final int maxSize;

    BundleEntry(String path, int maxSize) {
        this.path = path;
        this.maxSize = maxSize;
    }

    String path() {
        return path;
    }

    /** In bytes. */
    int maxSize() {
        return maxSize;
    }
}
