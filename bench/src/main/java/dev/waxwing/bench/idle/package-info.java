/** What a session costs while nothing happens in it. */
@NullMarked
package dev.waxwing.bench.idle;

import org.jspecify.annotations.NullMarked;
