package dev.waxwing.ca.issuance;

import dev.waxwing.ca.inventory.SerialNumber;

/**
 * Is told of every device that is given a certificate, however it asked, so that it is known before it first comes. The server
 * implements it.
 */
public interface CertifiedDevices {

    /** Joins the transaction that makes this certificate of a device valid, and comes before it does. */
    void certified(String name, SerialNumber serialNumber);
}
