/** Makes invites, and redeems each for exactly one key. */
@NullMarked
package dev.waxwing.ca.enrollment;

import org.jspecify.annotations.NullMarked;
