/** Reads and writes bounded binary values, and names the ways in which a peer can break the protocol. */
@NullMarked
package dev.waxwing.wire;

import org.jspecify.annotations.NullMarked;
