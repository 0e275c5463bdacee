/** Knows every certificate that was issued, and its status. */
@NullMarked
package dev.waxwing.ca.inventory;

import org.jspecify.annotations.NullMarked;
