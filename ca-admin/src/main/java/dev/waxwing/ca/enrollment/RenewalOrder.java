package dev.waxwing.ca.enrollment;

import dev.waxwing.ca.inventory.SerialNumber;
import dev.waxwing.wire.Bytes;

/**
 * A device's wish for the successor of its certificate, as it came through an authenticated session.
 *
 * @param device the name that the session was opened with
 * @param predecessor the certificate that the session was opened with
 * @param pkcs10 the request, DER, at most 16 KiB, unchecked
 * @param session the id of the session, 32 lower-case hex digits: what the request's challengePassword must be
 * @param early whether it is wanted although it is not due
 */
public record RenewalOrder(String device, SerialNumber predecessor, Bytes pkcs10, String session, boolean early) {}
