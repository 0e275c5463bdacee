/** What people do with the authority itself: another issuing authority takes over, the root's key leaves and comes back. */
@NullMarked
package dev.waxwing.ca.ceremony;

import org.jspecify.annotations.NullMarked;
