/** Speaks version 1 of the protocol, as server and as device, with all the weaknesses of its wire format (docs/classic.md). */
@NullMarked
package dev.waxwing.classic;

import org.jspecify.annotations.NullMarked;
