/** Stores the audit trail as a chain of hashes, and searches it. */
@NullMarked
package dev.waxwing.server.audit;

import org.jspecify.annotations.NullMarked;
