/** Gets this device its certificates: the first with an invite, the next ones by renewal, and one after the end if it is let in. */
@NullMarked
package dev.waxwing.agent.enrollment;

import org.jspecify.annotations.NullMarked;
