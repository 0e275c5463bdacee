/** Serves the classic protocol to devices that an operator has listed, and makes their kits (docs/classic.md). */
@NullMarked
package dev.waxwing.server.classic;

import org.jspecify.annotations.NullMarked;
