/** Offers the primitives of WXP/2 behind one seam, from Conscrypt or from the JDK, with the same bytes from both. */
@NullMarked
package dev.waxwing.crypto;

import org.jspecify.annotations.NullMarked;
