/** Makes invites and redeems each for exactly one key; renews what devices have, and lets them back in after the end. */
@NullMarked
package dev.waxwing.ca.enrollment;

import org.jspecify.annotations.NullMarked;
