/** Certificates for the subjects that do not bring an authority of their own. */
@NullMarked
package dev.waxwing.bench.pki;

import org.jspecify.annotations.NullMarked;
