/** Revokes certificates, and publishes that as revocation lists and OCSP answers. */
@NullMarked
package dev.waxwing.ca.revocation;

import org.jspecify.annotations.NullMarked;
