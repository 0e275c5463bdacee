package dev.waxwing.ca.issuance;

import java.util.Locale;

/** Why a certificate request, or an order for a certificate, is refused. */
public enum RequestFault {
    /** The bytes are no PKCS#10 request. */
    MALFORMED("This is not a PKCS#10 certificate request in PEM or DER."),
    /** More bytes than any request needs. */
    TOO_LARGE("The certificate request is larger than 16 KiB."),
    /** The request is signed with an algorithm that nobody should use, or that we do not know. */
    SIGNATURE_ALGORITHM(
            "The request's signature algorithm is not accepted. Use ECDSA or RSA with SHA-256, SHA-384 or SHA-512."),
    /** The signature does not verify: the sender may not have the private key. */
    SIGNATURE("The request's signature does not verify, so it does not prove that its sender has the private key."),
    /** Neither P-256, P-384 nor RSA. */
    KEY_TYPE("The key is not accepted. Use ECDSA on P-256 or P-384, or RSA with 2048 to 4096 bits."),
    /** Too short, or of a form that is known to be broken. */
    WEAK_KEY("The key is weak: it is too short (RSA takes 2048 to 4096 bits), or of a form that is known to be broken."
            + " Make a new one with an up-to-date tool."),
    /** The profile takes keys of other kinds. */
    KEY_KIND("The profile does not take a key of this kind. The list of profiles says which it takes."),
    /** A certificate of the key is on hold. */
    KEY_HELD("A certificate of this key is on hold. Release it, or make a new key."),
    /** The key is the authority's own, or another name's, or was given up. */
    KEY_TAKEN("The key cannot be used: it is or was in use elsewhere. Make a new one."),
    /** The subject is not {@code CN=<name>}. */
    NAME("The subject must be CN=<name> and nothing else, where a name has 1 to 63 characters of a-z, 0-9, '.', '_'"
            + " and '-' and starts with a letter or digit."),
    /** The device of that name was removed. */
    NAME_OF_REMOVED(
            "A device of that name was removed, and what it sent keeps the name. To give the name to another, ask for"
                    + " \"replace\": true, or invite it as a replacement."),
    /** The server's own certificates have that name. */
    NAME_OF_SERVER("The server's own certificates have that name, so no device gets it. Choose another."),
    /** The name asked for is none. */
    DEVICE_NAME("A name has 1 to 63 characters of a-z, 0-9, '.', '_' and '-' and starts with a letter or digit."),
    /** The password for a file with a key is too short, too long, or has characters that programs spell differently. */
    PASSWORD("A password has 12 to 64 characters, each a letter, digit, blank or sign of ASCII."),
    /** There is no such profile. */
    PROFILE("There is no such profile. The list of profiles says which there are."),
    /** The validity asked for is not positive, or longer than the profile allows. */
    VALIDITY("The validity asked for is longer than the profile allows, or not positive. The list of profiles says how"
            + " long."),
    /** The authority itself ends too soon. */
    AUTHORITY_ENDS("The issuing authority is about to expire, so it issues nothing any more. Rotate it.");

    private final String message;

    RequestFault(String message) {
        this.message = message;
    }

    /** What to tell the person who asked: what is wrong and what to do. */
    public String message() {
        return message;
    }

    /** A short word for the audit trail, e.g. {@code weak-key}. */
    public String code() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
