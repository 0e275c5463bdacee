/** Names what must be written to the audit trail, for the application to store. */
@NullMarked
package dev.waxwing.ca.audit;

import org.jspecify.annotations.NullMarked;
