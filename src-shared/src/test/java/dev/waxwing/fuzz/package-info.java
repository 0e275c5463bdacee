/** Gives every decoder inputs that nobody honest would send; the targets stand beside the decoders that they try. */
@NullMarked
package dev.waxwing.fuzz;

import org.jspecify.annotations.NullMarked;
