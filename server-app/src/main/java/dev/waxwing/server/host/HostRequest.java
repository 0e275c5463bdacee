package dev.waxwing.server.host;

import dev.waxwing.wire.Bytes;
import java.util.List;

/** What the host's owner asks of the server, beside the console. */
sealed interface HostRequest {

    /**
     * An invite for a device, or for each of several.
     *
     * @param names the devices' names, at least one
     * @param profile of their certificates; empty for the default
     * @param expiresIn how long the invites can be used, as {@link java.time.Duration} spells it; empty for the default
     * @param replace whether each may take the place of one of its name
     */
    record InviteDevices(List<String> names, String profile, String expiresIn, boolean replace)
            implements HostRequest {}

    /**
     * A classic device's kit.
     *
     * @param name the device's name
     * @param replace whether a device of that name may be given another key
     */
    record MakeClassicKit(String name, boolean replace) implements HostRequest {}

    /** Another issuing authority is to take over. */
    record RotateIssuing() implements HostRequest {}

    /**
     * A former issuing authority's own certificate is to be revoked.
     *
     * @param id the last word of its name
     * @param reason the name of an RFC 5280 reason
     */
    record RevokeIssuing(String id, String reason) implements HostRequest {}

    /**
     * The root's private key, encrypted.
     *
     * @param passphrase to lock it with
     */
    record ExportRoot(String passphrase) implements HostRequest {

        @Override
        public String toString() {
            return "ExportRoot[]";
        }
    }

    /**
     * The root's private key is to leave the server.
     *
     * @param export a file that was exported, as it was read back
     * @param passphrase that opens it
     */
    record RemoveRoot(Bytes export, String passphrase) implements HostRequest {

        @Override
        public String toString() {
            return "RemoveRoot[]";
        }
    }

    /**
     * The root's private key is to come back.
     *
     * @param export a file that was exported
     * @param passphrase that opens it
     */
    record ImportRoot(Bytes export, String passphrase) implements HostRequest {

        @Override
        public String toString() {
            return "ImportRoot[]";
        }
    }

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
