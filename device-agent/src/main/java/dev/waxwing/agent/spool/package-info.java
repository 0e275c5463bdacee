/** Keeps what is to be sent until its receipt has come, across crashes. */
@NullMarked
package dev.waxwing.agent.spool;

import org.jspecify.annotations.NullMarked;
