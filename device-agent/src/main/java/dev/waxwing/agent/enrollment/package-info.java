/** Redeems an invite for a certificate, over a channel pinned to the invite's root. */
@NullMarked
package dev.waxwing.agent.enrollment;

import org.jspecify.annotations.NullMarked;
