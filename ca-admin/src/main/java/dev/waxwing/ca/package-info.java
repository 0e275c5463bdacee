/** Puts the authority's parts together, and keeps its schedule. */
@NullMarked
package dev.waxwing.ca;

import org.jspecify.annotations.NullMarked;
