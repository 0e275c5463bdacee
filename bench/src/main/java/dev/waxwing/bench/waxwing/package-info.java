/** Waxwing as it ships: the server that {@code bin/server} starts, and a device made of the agent's own classes. */
@NullMarked
package dev.waxwing.bench.waxwing;

import org.jspecify.annotations.NullMarked;
