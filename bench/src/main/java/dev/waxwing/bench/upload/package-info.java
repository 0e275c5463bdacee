/** Uploads of one file of random bytes. */
@NullMarked
package dev.waxwing.bench.upload;

import org.jspecify.annotations.NullMarked;
