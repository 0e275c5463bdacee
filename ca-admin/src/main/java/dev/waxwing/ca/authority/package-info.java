/** Keeps the root and issuing keys, and signs with them through one small interface. */
@NullMarked
package dev.waxwing.ca.authority;

import org.jspecify.annotations.NullMarked;
