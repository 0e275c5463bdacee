/** The processes that are measured: how they are started, talked to, timed and ended. */
@NullMarked
package dev.waxwing.bench.process;

import org.jspecify.annotations.NullMarked;
