/** Runs the WXP/2 handshake as a pure state machine: messages in, messages and keys out. */
@NullMarked
package dev.waxwing.handshake;

import org.jspecify.annotations.NullMarked;
