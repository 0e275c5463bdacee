/** Starts the Waxwing server. */
@NullMarked
package dev.waxwing.server;

import org.jspecify.annotations.NullMarked;
