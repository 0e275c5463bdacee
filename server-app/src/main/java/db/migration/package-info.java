/** Changes to the database of old data directories that SQL cannot make; where Flyway looks for them. */
@NullMarked
package db.migration;

import org.jspecify.annotations.NullMarked;
