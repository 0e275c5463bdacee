/** Tests the server as a whole, through its real listener. */
@NullMarked
package dev.waxwing.server;

import org.jspecify.annotations.NullMarked;
