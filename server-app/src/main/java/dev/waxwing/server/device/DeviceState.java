package dev.waxwing.server.device;

import java.util.Locale;

/** What a device's newest certificate, or for classic the operator's list, lets it do. */
public enum DeviceState {
    /** It may connect. */
    ACTIVE,
    /** Its certificate has ended. */
    EXPIRED,
    /** Its certificate was revoked. */
    REVOKED,
    /** An administrator removed it; what it sent keeps its name. */
    REMOVED,
    /** It is a classic device that an administrator keeps out, or took off the list. */
    DISABLED;

    /** The word that interfaces use. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
