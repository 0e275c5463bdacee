/** Devices of a driver process: enrolled with an invite, held in memory, talking to a real server. */
@NullMarked
package dev.waxwing.bench.device;

import org.jspecify.annotations.NullMarked;
