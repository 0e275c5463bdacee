package dev.waxwing.ca.revocation;

/**
 * Published as an application event after the root has signed a list, and that is the one that is served.
 *
 * @param list the newest of the root
 */
public record RootListSigned(RevocationList list) {}
