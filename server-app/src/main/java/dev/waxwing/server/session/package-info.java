/** Runs one authenticated device session, and keeps the register of live ones. */
@NullMarked
package dev.waxwing.server.session;

import org.jspecify.annotations.NullMarked;
