/** Full handshakes in which both ends authenticate. */
@NullMarked
package dev.waxwing.bench.handshake;

import org.jspecify.annotations.NullMarked;
