package dev.waxwing.evidence;

/** The checks of a bundle or a receipt, in the order in which a report lists them. */
public enum Check {
    BUNDLE("bundle is complete"),
    ROOT("root is yours"),
    MANIFEST_FORM("manifest is well-formed"),
    RECEIPT_FORM("receipt is well-formed"),
    CONTENT_HASH("content hash"),
    DEVICE_KEY("device's public key"),
    CONTENT_SIGNATURE("device's signature over the content"),
    MANIFEST_SIGNATURE("manifest signature"),
    MANIFEST_SIGNER("manifest signer's role and name"),
    MANIFEST_CHAIN("manifest signer's chain to root"),
    RECEIPT_SIGNATURE("receipt signature"),
    RECEIPT_SIGNER("receipt signer's role"),
    RECEIPT_CHAIN("receipt signer's chain to root"),
    RECEIPT_NAMES_MANIFEST("receipt names manifest"),
    STATUS("status at acceptance");

    private final String title;

    Check(String title) {
        this.title = title;
    }

    /** For people. */
    public String title() {
        return title;
    }
}
