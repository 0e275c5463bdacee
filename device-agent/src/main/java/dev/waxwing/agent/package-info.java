/** Starts the device agent, interactively or for one command. */
@NullMarked
package dev.waxwing.agent;

import org.jspecify.annotations.NullMarked;
