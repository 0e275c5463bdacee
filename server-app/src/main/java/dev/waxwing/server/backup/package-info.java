/** Backups of a server in one encrypted file each, and what it takes to go on from one. */
@NullMarked
package dev.waxwing.server.backup;

import org.jspecify.annotations.NullMarked;
