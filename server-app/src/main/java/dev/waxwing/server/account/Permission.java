package dev.waxwing.server.account;

/** What a caller may do. Its {@link #name()} is the authority that the security rules ask for. */
public enum Permission {
    /** See everything that is not a secret and not the audit log. */
    READ,
    /** Read the audit log and take evidence bundles away. */
    AUDIT,
    /** Invite devices, issue and revoke certificates, end sessions. */
    OPERATE,
    /** Manage users, and what speaks for the deployment. */
    ADMINISTER,
    /** Make and end credentials: tokens and, for who may administer, users. Not part of any role: a token may be without. */
    CREDENTIALS
}
