/** Stores accepted content, serves it in ranges, and makes previews. */
@NullMarked
package dev.waxwing.server.media;

import org.jspecify.annotations.NullMarked;
