package dev.waxwing.ca.issuance;

/** Knows the devices that were removed. What they sent keeps their names, so nobody is given one by accident. The server implements it. */
public interface FormerDevices {

    /** Whether the last device of this name was removed, and no other has taken its name since. */
    boolean has(String name);
}
