package dev.waxwing.server.device;

import java.util.Locale;

/** What a device's newest certificate lets it do. */
public enum DeviceState {
    /** It may connect. */
    ACTIVE,
    /** Its certificate has ended. */
    EXPIRED,
    /** Its certificate was revoked. */
    REVOKED;

    /** The word that interfaces use. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
