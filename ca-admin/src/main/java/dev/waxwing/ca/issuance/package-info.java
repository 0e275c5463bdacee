/** Turns a certificate request and a profile into a checked, stored and signed certificate. */
@NullMarked
package dev.waxwing.ca.issuance;

import org.jspecify.annotations.NullMarked;
