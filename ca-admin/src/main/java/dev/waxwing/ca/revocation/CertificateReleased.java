package dev.waxwing.ca.revocation;

/**
 * Published as an application event after a hold was taken back and the in-memory set knows it; the next revocation list is to be
 * made without that certificate.
 *
 * @param serialNumber of the released certificate: lower-case hex with an even number of digits
 */
public record CertificateReleased(String serialNumber) {}
