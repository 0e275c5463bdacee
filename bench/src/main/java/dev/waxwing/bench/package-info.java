/** Measures subjects in turn, compares them within each round, and writes what came of it. */
@NullMarked
package dev.waxwing.bench;

import org.jspecify.annotations.NullMarked;
