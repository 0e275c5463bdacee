/** Accepts device connections on the TCP port, and drains them on stop. */
@NullMarked
package dev.waxwing.server.listener;

import org.jspecify.annotations.NullMarked;
