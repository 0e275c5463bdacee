package dev.waxwing.server.host;

/** What the host's owner asks of the server, beside the console. */
sealed interface HostRequest {

    /**
     * An invite for a device.
     *
     * @param name the device's name
     * @param replace whether it may take the place of one of that name
     */
    record InviteDevice(String name, boolean replace) implements HostRequest {}

    /**
     * A classic device's kit.
     *
     * @param name the device's name
     * @param replace whether a device of that name may be given another key
     */
    record MakeClassicKit(String name, boolean replace) implements HostRequest {}

    /** A link that makes a console administrator. */
    record SetupLink() implements HostRequest {}

    /**
     * All that a server needs to go on, before the answer.
     *
     * @param withMedia whether the content of transfers is wanted, too
     */
    record Backup(boolean withMedia) implements HostRequest {}

    /**
     * Whether the audit trail is whole.
     *
     * @param id of an entry whose hash was noted outside; 0 for none
     * @param hash what was noted, in hex
     */
    record VerifyAudit(long id, String hash) implements HostRequest {}
}
