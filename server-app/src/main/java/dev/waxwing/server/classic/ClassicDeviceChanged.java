package dev.waxwing.server.classic;

/**
 * Published when a device was added to the operator's list, given another key, kept out, let in again, or taken off.
 *
 * @param name of the device
 * @param ends whether its live session has to end
 */
public record ClassicDeviceChanged(String name, boolean ends) {}
