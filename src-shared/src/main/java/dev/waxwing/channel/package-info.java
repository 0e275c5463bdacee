/** Joins streams, handshake and record layer into one authenticated channel. */
@NullMarked
package dev.waxwing.channel;

import org.jspecify.annotations.NullMarked;
