/** How cost grows: with the devices that are at work, the sessions that are idle, the size of an upload. */
@NullMarked
package dev.waxwing.bench.scale;

import org.jspecify.annotations.NullMarked;
