/** Seals and opens WXP/2 records, one direction at a time. */
@NullMarked
package dev.waxwing.recordlayer;

import org.jspecify.annotations.NullMarked;
